<p class="crumbs"><a href="/vms">VMs</a></p>
<div class="head" data-vm="{{NAME}}"><h1>{{NAME}}</h1>{{>_vm_state}}<span class="quiet">{{SINCE}}</span>
<form class="actions" method="post" action="{{PATH}}">{{>_csrf}}{{>_idem}}{{#ALL_ACTIONS}}<button class="button" formaction="{{ACTION}}"{{#PRIVILEGED}}{{#IS_BLOCKED}} disabled aria-describedby="blocked"{{/IS_BLOCKED}}{{/PRIVILEGED}}>{{VERB}}<span class="vh"> {{NAME}}</span></button>{{/ALL_ACTIONS}}<a class="button quiet" href="{{PATH}}/set">Change<span class="vh"> {{NAME}}</span></a>{{#CAN_DELETE}}<a class="button quiet" href="{{PATH}}/commit">Save as image<span class="vh">: {{NAME}}</span></a><a class="button danger" href="{{PATH}}/confirm/delete" data-confirm>Delete<span class="vh"> {{NAME}}</span></a>{{/CAN_DELETE}}</form></div>
<nav aria-label="Of this VM"><ul class="tabs">
<li><a href="{{PATH}}"{{#ON_OVERVIEW}} aria-current="page"{{/ON_OVERVIEW}}>Overview</a></li>
<li><a href="{{PATH}}/terminal"{{#ON_TERMINAL}} aria-current="page"{{/ON_TERMINAL}}>Terminal</a></li>
<li><a href="{{PATH}}/metrics"{{#ON_METRICS}} aria-current="page"{{/ON_METRICS}}>Charts</a></li>
<li><a href="{{PATH}}/logs"{{#ON_LOGS}} aria-current="page"{{/ON_LOGS}}>Logs</a></li>
<li><a href="{{PATH}}/journal"{{#ON_JOURNAL}} aria-current="page"{{/ON_JOURNAL}}>Journal</a></li>
<li><a href="{{PATH}}/changes"{{#ON_CHANGES}} aria-current="page"{{/ON_CHANGES}}>Changes</a></li>
<li><a href="{{PATH}}/host"{{#ON_HOST}} aria-current="page"{{/ON_HOST}}>On this machine</a></li>
</ul></nav>
{{#OPERATION}}<div class="card" data-op="{{ID}}" role="status"><div class="card-head"><h2><a href="{{PATH}}">{{TEXT}}</a></h2>{{>_op_state}}</div><p><span data-op-stage>{{STAGE}}</span></p><progress data-op-percent max="100" value="{{PERCENT}}" aria-label="{{TEXT}}"></progress></div>{{/OPERATION}}
{{#HAS_WARNINGS}}<div class="note" role="note">{{#WARNING_LINES}}<p>{{TEXT}}</p>{{/WARNING_LINES}}</div>{{/HAS_WARNINGS}}
{{#EXIT}}<div class="note" role="note"><p>It ended: {{TEXT}}</p></div>{{/EXIT}}
