<nav aria-label="How far back"><ul class="chips">{{#WINDOWS}}<li><a href="{{PATH}}"{{#CURRENT}} aria-current="page"{{/CURRENT}}><span class="vh">The last </span>{{TEXT}}</a></li>{{/WINDOWS}}</ul></nav>
<div class="cards" id="charts" data-metrics="{{API}}" data-window="{{WINDOW}}" data-ask="{{ASK_EVERY}}">
{{#CHARTS}}{{>_chart}}{{/CHARTS}}
</div>
{{#ANY}}<table>
<caption>{{WHOSE}} in the last {{WINDOW_TEXT}}</caption>
<thead><tr><th scope="col">What</th><th scope="col" class="number">Now</th><th scope="col" class="number">Least</th><th scope="col" class="number">Mean</th><th scope="col" class="number">Most</th></tr></thead>
<tbody>{{#ROWS}}<tr data-metric="{{METRIC}}"><th scope="row">{{NAME}}</th><td class="number" data-label="Now" data-of="now">{{NOW}}</td><td class="number" data-label="Least" data-of="least">{{LEAST}}</td><td class="number" data-label="Mean" data-of="average">{{MEAN}}</td><td class="number" data-label="Most" data-of="most">{{MOST}}</td></tr>
{{/ROWS}}</tbody></table>{{/ANY}}
