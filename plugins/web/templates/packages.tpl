<p class="crumbs"><a href="/images">Images</a><a href="{{IMAGE_PATH}}">{{NAME}}</a></p>
<div class="head"><h1>Packages of {{NAME}}</h1><p class="quiet">From <code>{{MANIFEST}}</code></p></div>
<form class="filters" method="get" action="{{PACKAGES_PATH}}" role="search" aria-label="Packages">
<label>Search <input type="search" name="q" value="{{Q}}" data-search></label>
<button class="button" type="submit">Search</button>
{{#FILTERED}}<a class="button quiet" href="{{PACKAGES_PATH}}">Show all</a>{{/FILTERED}}
</form>
{{#NO_MATCH}}<p class="empty">No package is like that.</p>{{/NO_MATCH}}
{{#CUT}}<p class="note">{{VALUE}}</p>{{/CUT}}
{{#TABLE}}<table>
<caption>{{CAPTION}}</caption>
<thead><tr><th scope="col">Package</th><th scope="col">Version</th></tr></thead>
<tbody>
{{#ROWS}}<tr><th scope="row">{{PACKAGE}}</th><td data-label="Version" class="mono">{{VERSION_TEXT}}</td></tr>
{{/ROWS}}</tbody>
</table>{{/TABLE}}
