<p class="crumbs"><a href="/ops">Operations</a></p>
<div data-op="{{ID}}">
<div class="head"><h1>{{TEXT}}</h1>{{>_op_state}}
<div class="actions">{{#CANCEL}}<form method="post" action="{{CANCEL_PATH}}">{{>_csrf}}{{>_idem}}<button class="button danger" type="submit">Cancel</button></form>{{/CANCEL}}{{#CANCELLING}}<button class="button" type="button" disabled aria-describedby="cancelling">Cancel</button>{{/CANCELLING}}{{#RETRY}}<form method="post" action="{{RETRY_PATH}}">{{>_csrf}}{{>_idem}}<button class="button" type="submit">Retry</button></form>{{/RETRY}}</div>
</div>
{{#CANCELLING}}<p class="note" id="cancelling">It was asked to stop, and takes back what it did.</p>{{/CANCELLING}}
{{#RUNS}}<section class="card" aria-label="Progress">
<p class="figure"><span role="status" data-op-stage>{{STAGE}}</span><span>{{DONE}}</span><progress data-op-percent max="100"{{#KNOWN}} value="{{PERCENT}}"{{/KNOWN}} aria-label="{{TEXT}}"></progress></p>
<p class="quiet">It goes on when this page is left, and is among those that run on every page.</p>
</section>{{/RUNS}}
{{#ERROR}}<section class="note" data-tone="bad" role="alert" aria-label="Error"><p><strong>{{MESSAGE}}</strong>{{#KIND}} <span class="badge">{{VALUE}}</span>{{/KIND}}</p>
{{#HINT}}<p>{{VALUE}}</p>{{/HINT}}
{{#CONSOLE}}<details open><summary>{{CONSOLE_TEXT}}</summary><pre class="log">{{#LINES}}{{VALUE}}
{{/LINES}}</pre></details>{{/CONSOLE}}</section>{{/ERROR}}
{{#NO_RETRY}}<p class="quiet">{{VALUE}}</p>{{/NO_RETRY}}
{{#WARNINGS}}<section class="note" aria-label="Warnings"><p><strong>{{TITLE}}</strong></p><ul>{{#LINES}}<li>{{VALUE}}</li>{{/LINES}}</ul></section>{{/WARNINGS}}
{{#RESULT}}<section class="card"><h2>Result</h2>
{{#LINKS}}<p><a class="button" href="{{LINK_PATH}}">{{LINK_TEXT}}</a></p>{{/LINKS}}
<dl class="facts">{{#FACTS}}<dt>{{LABEL}}</dt><dd>{{CONTENT}}</dd>{{/FACTS}}</dl></section>{{/RESULT}}
<div class="cards wide">
<section class="card"><h2>Stages</h2>
{{#NO_STAGES}}<p class="quiet">{{VALUE}}</p>{{/NO_STAGES}}
<ol class="steps">
{{#STAGES}}<li><span>{{NAME}} <span class="state" data-tone="{{TONE}}">{{STATE}}</span></span><span>{{TOOK}}</span><svg class="bars" viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true"><rect x="{{FROM}}" y="0" width="{{WIDTH}}" height="8" rx="2"/></svg></li>
{{/STAGES}}</ol></section>
<section class="card"><h2>Facts</h2>
<dl class="facts">
<dt>Id</dt><dd><code>{{ID}}</code></dd>
<dt>Kind</dt><dd>{{KIND_TEXT}}</dd>
<dt>About</dt><dd>{{#ABOUT}}<a href="{{ABOUT_PATH}}">{{ABOUT_TEXT}}</a>{{/ABOUT}}{{#ABOUT_ONLY}}{{VALUE}}{{/ABOUT_ONLY}}</dd>
<dt>Began</dt><dd>{{#BEGAN}}{{FULL}}, {{>_moment}}{{/BEGAN}}</dd>
{{#ENDED}}<dt>Ended</dt><dd>{{FULL}}, {{>_moment}}</dd>{{/ENDED}}
<dt>{{TOOK_LABEL}}</dt><dd>{{TOOK}}</dd>
{{#ASKED_BY}}<dt>Asked for by</dt><dd>{{VALUE}}</dd>{{/ASKED_BY}}
</dl>
<h3>In a terminal</h3>
{{#COMMANDS}}{{>_command}}{{/COMMANDS}}</section>
</div>
<section class="card"><details id="log"{{#OPEN_LOG}} open{{/OPEN_LOG}}><summary><strong>Log</strong> <small>{{LOG_TEXT}}</small></summary>
<p class="actions"><a class="button quiet small" href="{{LOG_PATH}}" download>Download as text</a></p>
{{#EARLIER}}<p class="quiet">{{VALUE}}</p>{{/EARLIER}}
{{#LOG}}<pre class="log" tabindex="0" aria-label="Log">{{#LINES}}<span class="dim">{{CLOCK}}</span> <span class="{{CLASSES}}">{{LINE}}</span>
{{/LINES}}</pre>{{/LOG}}</details></section>
{{#PRIVILEGED}}<section class="card"><details><summary><strong>Steps as root</strong> <small>{{STEPS_TEXT}}</small></summary>
<table><caption>What ran with root's rights for it</caption>
<thead><tr><th scope="col">Command</th><th scope="col">At</th><th scope="col">Ended</th><th scope="col" class="number">Took</th></tr></thead>
<tbody>{{#STEPS}}<tr><td data-label="Command"><code>{{COMMAND}}</code></td><td data-label="At" class="tight">{{CLOCK}}</td><td data-label="Ended"><span class="state" data-tone="{{TONE}}">{{STATE}}</span></td><td data-label="Took" class="number">{{TOOK}}</td></tr>
{{/STEPS}}</tbody></table></details></section>{{/PRIVILEGED}}
</div>
