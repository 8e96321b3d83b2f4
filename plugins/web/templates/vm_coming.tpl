<p class="crumbs"><a href="/vms">VMs</a></p>
<div class="head" data-vm="{{NAME}}"><h1>{{NAME}}</h1>{{>_vm_state}}</div>
{{#OPERATION}}<div class="card" data-op="{{ID}}" role="status"><div class="card-head"><h2><a href="{{PATH}}">{{TEXT}}</a></h2>{{>_op_state}}</div><p><span data-op-stage>{{STAGE}}</span></p><progress data-op-percent max="100" value="{{PERCENT}}" aria-label="{{TEXT}}"></progress>
<p class="quiet">It is being made. This page has the rest as soon as there is something to show; the operation goes on without it.</p></div>{{/OPERATION}}
