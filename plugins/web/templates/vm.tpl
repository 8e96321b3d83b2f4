{{>_vm_top}}
<div class="columns">
<section class="card"><div class="card-head"><h2>Use</h2>{{#HAS_STOPS}}<span class="badge">stops {{STOPS}}</span>{{/HAS_STOPS}}<a href="{{PATH}}/metrics">Over time</a></div>
{{#CPU}}{{>_meter}}{{/CPU}}{{#SPARK}}{{>_spark}}{{/SPARK}}{{#MEMORY_USE}}{{>_meter}}{{/MEMORY_USE}}{{#DISK_USE}}{{>_meter}}{{/DISK_USE}}
{{#HAS_GUEST}}<dl class="facts">{{#GUEST}}{{>_facts}}{{/GUEST}}</dl>{{/HAS_GUEST}}
<p class="quiet">{{SIZE}}{{#HAS_IMAGE}}, from <a href="{{IMAGE_PATH}}">{{IMAGE}}</a>{{/HAS_IMAGE}}</p>
</section>
<section class="card"><h2>Ways in</h2>
<dl class="facts"><dt>Address</dt><dd class="mono">{{IP}}</dd><dt>Name</dt><dd class="mono">{{FQDN}}</dd></dl>
{{#WAYS_IN}}{{>_command}}{{/WAYS_IN}}
<p class="quiet">Plain <code>ssh</code> works after <code>banger ssh-config</code>, once.</p>
</section>
<section class="card"><h2>Ports</h2>
{{#NO_PORTS}}<p class="empty">Nothing is published, and nothing is known to listen in it.</p>{{/NO_PORTS}}
{{#PORTS}}<div class="port"><strong>{{PORT}}<small>/{{PROTOCOL}}</small></strong><span>{{#LINK}}<a href="{{URL}}" target="_blank" rel="noopener noreferrer">{{TEXT}}</a>{{/LINK}} <bdi>{{PROCESS}}</bdi> <small><bdi>{{TITLE}}</bdi>{{#NO_ANSWER}}no HTTP answer{{/NO_ANSWER}}</small></span><span class="quiet">{{REACH}}{{#PUBLISHED}} <span class="badge">{{TEXT}}</span>{{/PUBLISHED}}</span></div>
{{/PORTS}}</section>
<section class="card"><h2>Last start</h2>
{{#TIMINGS}}{{#TIMED}}<ol class="steps">{{#BARS}}<li><span>{{STAGE}}</span><span class="quiet">{{TOOK}}</span><svg class="bars" aria-hidden="true"><rect x="{{X}}%" width="{{WIDTH}}%" height="100%" rx="3"/></svg></li>{{/BARS}}<li><strong>Together</strong><strong>{{TOTAL}}</strong></li></ol>{{/TIMED}}{{#NOT_TIMED}}<p class="quiet">How long it took is not known.</p>{{/NOT_TIMED}}{{/TIMINGS}}
{{#LAST}}<p class="quiet">Last operation</p><ul class="steps">{{>_op_row}}</ul>{{/LAST}}
</section>
<section class="card"><h2>Life</h2><dl class="facts">{{#LIFE}}{{>_facts}}{{/LIFE}}</dl></section>
<section class="card"><h2>Machine</h2><dl class="facts">{{#MACHINE}}{{>_facts}}{{/MACHINE}}</dl></section>
{{#HAS_OPTIONS}}<section class="card"><h2>Options of plugins</h2><dl class="facts">{{#OPTIONS}}{{>_facts}}{{/OPTIONS}}</dl></section>{{/HAS_OPTIONS}}
</div>
<section class="card"><div class="card-head"><h2>Console</h2><a href="{{PATH}}/logs">All of the log</a></div>
{{#CONSOLE}}{{#PROBLEM}}<p class="quiet">{{MESSAGE}}</p>{{/PROBLEM}}{{#EMPTY}}<p class="quiet">It has written nothing yet.</p>{{/EMPTY}}<pre class="log" tabindex="0" role="region" aria-label="Console of {{NAME}}">{{>_runs}}</pre>{{/CONSOLE}}
</section>
<details class="card"><summary><h2>The same in a terminal</h2></summary>
<dl class="commands">{{#COMMANDS}}<dt>{{WHAT}}</dt><dd>{{>_command}}</dd>{{/COMMANDS}}</dl>
</details>
