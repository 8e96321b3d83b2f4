<div class="wrong">
<h1>There is no VM “{{NAME}}”</h1>
<p>It was deleted, or the address has a name that no VM has.</p>
{{#LAST}}<h2>What happened to it last</h2><ul class="steps">{{>_op_row}}</ul>{{/LAST}}
{{#ANY_OTHERS}}<h2>VMs with names like that</h2><ul>{{#OTHERS}}<li><a href="{{PATH}}">{{NAME}}</a></li>{{/OTHERS}}</ul>{{/ANY_OTHERS}}
<h2>What to do</h2>
<p class="actions"><a class="button primary" href="/vms">All VMs</a><a class="button" href="/vms/-/new">Create a VM</a></p>
{{>_command}}
<p class="code">Status 404, request {{REQUEST}}</p>
</div>
