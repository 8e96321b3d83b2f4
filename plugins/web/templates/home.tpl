<div class="head"><h1>Overview</h1><a class="button primary" href="/vms/-/new">Create a VM</a></div>
{{#DAEMON_WARNINGS}}<div class="note" role="note"><p>{{TEXT}}</p></div>{{/DAEMON_WARNINGS}}
{{#NO_VMS}}<div class="empty"><h2>There is no VM yet</h2><p>A VM is a machine of its own: created in a second, reached by SSH and by its name.</p>{{>_command}}</div>{{/NO_VMS}}
<ul class="stats" aria-label="VMs and images">{{#COUNTS}}<li><a href="{{PATH}}"><strong>{{COUNT}}</strong>{{TEXT}}</a></li>{{/COUNTS}}</ul>
<div class="cards home">
<section class="card"><div class="card-head"><h2>This machine</h2><a href="/metrics">Over time</a></div>{{#HOST_CPU}}{{>_meter}}{{/HOST_CPU}}{{#HOST_SPARK}}{{>_spark}}{{/HOST_SPARK}}{{#HOST_MEMORY}}{{>_meter}}{{/HOST_MEMORY}}{{#HOST_DISK}}{{>_meter}}{{/HOST_DISK}}</section>
<section class="card"><h2>Ready?</h2><dl class="facts">
<dt>Steps of root</dt><dd>{{#ROOT_STATE}}<span class="state" data-tone="{{TONE}}">{{STATE}}</span>{{/ROOT_STATE}} <small>{{MODE}}</small></dd>
<dt>VMs run with</dt><dd>{{#VMM_STATE}}<span class="state" data-tone="{{TONE}}">{{STATE}}</span>{{/VMM_STATE}}</dd>
<dt>Runtime</dt><dd>{{#RUNTIME_STATE}}<span class="state" data-tone="{{TONE}}">{{STATE}}</span>{{/RUNTIME_STATE}}</dd>
<dt>Checks</dt><dd><a href="/doctor">{{#CHECK_STATE}}<span class="state" data-tone="{{TONE}}">{{STATE}}</span>{{/CHECK_STATE}}</a></dd>
<dt>Daemon</dt><dd>up {{UP}}</dd></dl>
{{#ANY_CHECKS}}<ul class="steps">{{#CHECKS}}<li><span><span class="state" data-tone="{{TONE}}">{{STATE}}</span> {{TITLE}}</span></li>{{/CHECKS}}</ul>{{/ANY_CHECKS}}</section>
<section class="card"><div class="card-head"><h2>Operations</h2><a href="/ops">All</a></div>
{{#ANY_UNDER_WAY}}<ul class="steps">{{#UNDER_WAY}}{{>_op_row}}{{/UNDER_WAY}}</ul>{{/ANY_UNDER_WAY}}
{{#NO_OPERATIONS}}<p class="quiet">Nothing was done yet. Each change of a VM or an image is kept here, with its stages and its log.</p>{{/NO_OPERATIONS}}
{{#ANY_RECENT}}<ul class="steps">{{#RECENT}}{{>_op_row}}{{/RECENT}}</ul>{{/ANY_RECENT}}</section>
</div>
{{#SOME_VMS}}<h2>Running VMs</h2>{{/SOME_VMS}}
{{#NONE_RUNS}}<p class="empty">None runs. <a href="/vms">All VMs</a></p>{{/NONE_RUNS}}
{{#ANY_CARDS}}<ul class="cards">{{#CARDS}}<li class="card" data-vm="{{NAME}}"><div class="card-head"><h3><a href="{{PATH}}">{{NAME}}</a></h3>{{>_vm_state}}</div>
{{#CPU}}{{>_meter}}{{/CPU}}{{#SPARK}}{{>_spark}}{{/SPARK}}{{#MEMORY_USE}}{{>_meter}}{{/MEMORY_USE}}{{#DISK_USE}}{{>_meter}}{{/DISK_USE}}{{#SILENT}}<p class="quiet">Its guest has said nothing of itself.</p>{{/SILENT}}
<p class="foot"><span class="mono">{{IP}}</span> {{#HAS_LINKS}}{{#LINKS}}<a href="{{URL}}" target="_blank" rel="noopener noreferrer">{{TEXT}}</a> {{/LINKS}}{{/HAS_LINKS}}<a class="quiet" href="{{PATH}}/logs">Logs<span class="vh"> of {{NAME}}</span></a></p></li>
{{/CARDS}}</ul>{{/ANY_CARDS}}
