<div class="head"><h1>VMs</h1><a class="button primary" href="/vms/-/new">Create a VM</a></div>
{{#NONE}}<div class="empty"><h2>There is no VM yet</h2>
<p>A VM is a machine of its own: created in a second, reached by SSH and by its name.</p>
<p><a class="button primary" href="/vms/-/new">Create the first one</a></p>
{{>_command}}</div>{{/NONE}}
{{#ANY_AT_ALL}}<nav aria-label="States"><ul class="chips">
{{#CHIPS}}<li><a href="{{PATH}}"{{#CURRENT}} aria-current="true"{{/CURRENT}}>{{TEXT}} <strong>{{COUNT}}</strong></a></li>
{{/CHIPS}}</ul></nav>
<form class="filters" action="/vms" role="search" data-filter>
<label>Find<input type="search" name="q" value="{{Q}}" placeholder="Name, image or address" data-search></label>
<label>Image<select name="image"><option value="">Any</option>{{#IMAGES}}<option value="{{ID}}"{{#CHOSEN}} selected{{/CHOSEN}}>{{TEXT}}</option>{{/IMAGES}}</select></label>
<label>Sort by<select name="sort">{{#SORTS}}<option value="{{ID}}"{{#CHOSEN}} selected{{/CHOSEN}}>{{TEXT}}</option>{{/SORTS}}</select></label>
<input type="hidden" name="state" value="{{STATE_WANTED}}">
<button class="button" type="submit">Show</button>
</form>{{/ANY_AT_ALL}}
{{#NO_MATCH}}<div class="empty"><h2>No VM is like that</h2><p><a href="{{ALL_PATH}}">Show all of them</a></p></div>{{/NO_MATCH}}
{{#ANY}}<form class="bulk" id="bulk" method="post" action="/vms/bulk" data-bulk>{{>_csrf}}{{>_idem}}
<span class="quiet">With the selected:</span>
<button class="button small" name="action" value="start"{{#IS_BLOCKED}} disabled aria-describedby="blocked"{{/IS_BLOCKED}}>Start</button>
<button class="button small" name="action" value="stop">Stop</button>
<button class="button small" name="action" value="restart"{{#IS_BLOCKED}} disabled aria-describedby="blocked"{{/IS_BLOCKED}}>Restart</button>
<button class="button small danger" name="action" value="delete">Delete…</button>
<a href="{{SELECT_ALL}}" data-select-all>Select all {{COUNT}}</a>
</form>
<table class="vms">
<caption class="vh">Virtual machines</caption>
<thead><tr><th scope="col"><span class="vh">Select</span></th>
{{#BY_NAME}}<th scope="col"{{#RISING}} aria-sort="ascending"{{/RISING}}{{#FALLING}} aria-sort="descending"{{/FALLING}}><a href="{{PATH}}">{{TEXT}}</a></th>{{/BY_NAME}}
{{#BY_STATE}}<th scope="col"{{#RISING}} aria-sort="ascending"{{/RISING}}{{#FALLING}} aria-sort="descending"{{/FALLING}}><a href="{{PATH}}">{{TEXT}}</a></th>{{/BY_STATE}}
<th scope="col">Address</th>
{{#BY_IMAGE}}<th scope="col"{{#RISING}} aria-sort="ascending"{{/RISING}}{{#FALLING}} aria-sort="descending"{{/FALLING}}><a href="{{PATH}}">{{TEXT}}</a></th>{{/BY_IMAGE}}
{{#BY_SIZE}}<th scope="col"{{#RISING}} aria-sort="ascending"{{/RISING}}{{#FALLING}} aria-sort="descending"{{/FALLING}}><a href="{{PATH}}">{{TEXT}}</a></th>{{/BY_SIZE}}
{{#BY_CPU}}<th scope="col"{{#RISING}} aria-sort="ascending"{{/RISING}}{{#FALLING}} aria-sort="descending"{{/FALLING}}><a href="{{PATH}}">{{TEXT}}</a></th>{{/BY_CPU}}
<th scope="col"><span class="vh">Actions</span></th></tr></thead>
<tbody>
{{#VMS}}<tr data-vm="{{NAME}}">
<td class="pick">{{#SELECTABLE}}<label><input type="checkbox" name="name" value="{{NAME}}" form="bulk"{{#CHECKED}} checked{{/CHECKED}}><span class="vh">Select {{NAME}}</span></label>{{/SELECTABLE}}</td>
<th scope="row"><a href="{{PATH}}">{{NAME}}</a></th>
<td data-label="State"><span>{{>_vm_state}}{{#OPERATION}}<small data-op="{{ID}}"><a href="{{PATH}}">{{TEXT}}</a> <span data-op-stage>{{STAGE}}</span></small>{{/OPERATION}}{{#IS_STILL}}<small>{{SINCE}}{{#HAS_STOPS}}, stops {{STOPS}}{{/HAS_STOPS}}</small>{{/IS_STILL}}</span></td>
<td data-label="Address">{{#HAS_IP}}<span><span class="mono">{{IP}}</span><small>{{FQDN}}</small></span>{{/HAS_IP}}</td>
<td data-label="Image">{{#HAS_IMAGE}}<a href="{{IMAGE_PATH}}">{{IMAGE}}</a>{{/HAS_IMAGE}}</td>
<td data-label="Size" class="tight">{{SIZE}}</td>
<td data-label="Use" class="use">{{#HAS_USAGE}}<div>{{#CPU}}{{>_meter_small}}{{/CPU}}{{#MEMORY_USE}}{{>_meter_small}}{{/MEMORY_USE}}</div>{{/HAS_USAGE}}</td>
<td class="do"><form class="actions" method="post" action="{{PATH}}">{{>_csrf}}{{>_idem}}{{#ACTIONS}}<button class="button" formaction="{{ACTION}}"{{#PRIVILEGED}}{{#IS_BLOCKED}} disabled aria-describedby="blocked"{{/IS_BLOCKED}}{{/PRIVILEGED}}>{{VERB}}<span class="vh"> {{NAME}}</span></button>{{/ACTIONS}}{{#CAN_DELETE}}<a class="button quiet" href="{{PATH}}/confirm/delete" data-confirm>Delete<span class="vh"> {{NAME}}</span></a>{{/CAN_DELETE}}<a class="button quiet" href="{{PATH}}/logs">Logs<span class="vh"> of {{NAME}}</span></a></form></td>
</tr>
{{/VMS}}</tbody>
</table>{{/ANY}}
