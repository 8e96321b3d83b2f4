<div class="head"><h1>Operations</h1>{{#SHOWN}}<span class="badge">{{COUNT}}</span>{{/SHOWN}}</div>
<form class="filters" method="get" action="/ops" role="search" aria-label="Operations">
<label>State <select name="state">{{#STATES}}<option value="{{ID}}"{{#SELECTED}} selected{{/SELECTED}}>{{TEXT}}</option>{{/STATES}}</select></label>
<label>Kind <select name="kind">{{#KINDS}}<option value="{{ID}}"{{#SELECTED}} selected{{/SELECTED}}>{{TEXT}}</option>{{/KINDS}}</select></label>
<label>VM or image <input name="target" value="{{TARGET}}" autocomplete="off"></label>
<label>Search <input type="search" name="q" value="{{Q}}" data-search></label>
<button class="button" type="submit">Show</button>
{{#FILTERED}}<a class="button quiet" href="/ops">Show all</a>{{/FILTERED}}
</form>
{{#EMPTY}}<div class="empty"><h2>Nothing was done yet</h2>
<p>Each change of a VM or an image is an operation, wherever it was asked for: its stages, log and result are kept here.</p>
<p><a class="button primary" href="/vms/-/new">Create a VM</a></p>{{>_command}}</div>{{/EMPTY}}
{{#NO_MATCH}}<div class="empty"><h2>No operation is like that</h2><p>{{WHAT}}</p><p><a class="button" href="/ops">Show all</a></p></div>{{/NO_MATCH}}
{{#TABLE}}<table>
<caption>{{CAPTION}}</caption>
<thead><tr><th scope="col">Operation</th><th scope="col">State</th><th scope="col">Stage</th><th scope="col">Began</th><th scope="col" class="number">Took</th><th scope="col">By</th><th scope="col"><span class="vh">Actions</span></th></tr></thead>
<tbody>
{{#ROWS}}<tr data-op="{{ID}}"><th scope="row"><a href="{{PATH}}">{{TEXT}}</a>{{#ABOUT}} <small><a href="{{ABOUT_PATH}}">{{ABOUT_TEXT}}</a></small>{{/ABOUT}}</th>
<td data-label="State">{{>_op_state}}</td>
<td data-label="Stage"><span data-op-stage>{{STAGE}}</span>{{#RUNS}}<progress data-op-percent max="100"{{#KNOWN}} value="{{PERCENT}}"{{/KNOWN}} aria-label="{{TEXT}}"></progress>{{/RUNS}}{{#ERROR}}<small class="error">{{MESSAGE}}</small>{{/ERROR}}</td>
<td data-label="Began">{{#BEGAN}}{{>_moment}}{{/BEGAN}}</td>
<td data-label="Took" class="number">{{TOOK}}</td>
<td data-label="By">{{BY}}</td>
<td><div class="actions">{{#CANCEL}}<form method="post" action="{{CANCEL_PATH}}">{{>_csrf}}{{>_idem}}<button class="button quiet" type="submit" aria-label="Cancel {{TEXT}}">Cancel</button></form>{{/CANCEL}}{{#RETRY}}<form method="post" action="{{RETRY_PATH}}">{{>_csrf}}{{>_idem}}<button class="button quiet" type="submit" aria-label="Do again: {{TEXT}}">Retry</button></form>{{/RETRY}}</div></td></tr>
{{/ROWS}}</tbody>
</table>{{/TABLE}}
{{#PAGES}}<p class="actions">{{#NEWER}}<a class="button quiet" href="{{NEWER_PATH}}" rel="prev">Newer</a>{{/NEWER}}<span class="quiet">{{PAGE_TEXT}}</span>{{#OLDER}}<a class="button quiet" href="{{OLDER_PATH}}" rel="next">Older</a>{{/OLDER}}</p>{{/PAGES}}
