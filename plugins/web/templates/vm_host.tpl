{{>_vm_top}}
<p class="quiet">What banger and its plugins hold on this machine for it, looked up now.</p>
{{#NONE}}<p class="empty">Nothing: it takes what it needs when it starts.</p>{{/NONE}}
{{#ANY}}<table>
<caption class="vh">Objects on this machine</caption>
<thead><tr><th scope="col">Object</th><th scope="col">Kind</th><th scope="col">Of</th><th scope="col">State</th><th scope="col">What for</th></tr></thead>
<tbody>{{#OBJECTS}}<tr><th scope="row" class="mono">{{OBJECT}}</th><td data-label="Kind">{{KIND}}</td><td data-label="Of">{{PLUGIN}}</td><td data-label="State"><span class="state" data-tone="{{TONE}}">{{STATE}}</span></td><td data-label="What for">{{DETAIL}}</td></tr>
{{/OBJECTS}}</tbody></table>{{/ANY}}
{{>_command}}
