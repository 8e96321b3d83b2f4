<div class="head"><h1>Plugins</h1></div>
{{#EMPTY}}<div class="empty"><h2>There are no plugins</h2><p>Network, names, ports and image builds are plugins; they are looked for in the folders of plugins.path, and where banger is installed.</p>{{>_command}}</div>{{/EMPTY}}
{{#TABLE}}<table>
<caption>{{CAPTION}}</caption>
<thead><tr><th scope="col">Plugin</th><th scope="col">State</th><th scope="col">Version</th><th scope="col">What</th><th scope="col">Shows here</th></tr></thead>
<tbody>
{{#ROWS}}<tr><th scope="row"><a href="{{PATH}}">{{ID}}</a> <small>{{NAME}}</small></th>
<td data-label="State"><span class="state" data-tone="{{TONE}}">{{STATE}}</span></td>
<td data-label="Version">{{VERSION_TEXT}}</td>
<td data-label="What">{{WHAT}}</td>
<td data-label="Shows here">{{#PANELS}}<a href="{{PANEL_PATH}}">{{PANEL_TEXT}}</a> {{/PANELS}}</td></tr>
{{/ROWS}}</tbody>
</table>{{/TABLE}}
