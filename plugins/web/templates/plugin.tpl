<p class="crumbs"><a href="/plugins">Plugins</a></p>
<div class="head"><h1>{{ID}}</h1><span class="state" data-tone="{{TONE}}">{{STATE}}</span><span class="badge">{{VERSION_TEXT}}</span>
<div class="actions">{{#PANELS}}<a class="button" href="{{PANEL_PATH}}">Panel {{PANEL_TEXT}}</a>{{/PANELS}}</div>
<p class="quiet">{{NAME}}. {{SUMMARY}}</p></div>
{{#WHY}}<div class="note" data-tone="{{REASON_TONE}}"><p><strong>{{REASON_TEXT}}</strong></p>{{#HINT}}<p>{{VALUE}}</p>{{/HINT}}{{#RELEASE}}<p>Let it out of quarantine:</p>{{>_command}}{{/RELEASE}}</div>{{/WHY}}
<div class="cards wide">
{{#TELLS}}<section class="card"><h2>Now</h2><dl class="facts">{{#ROWS}}<dt>{{LABEL}}</dt><dd>{{CONTENT}}</dd>{{/ROWS}}</dl></section>{{/TELLS}}
<section class="card"><h2>What it is</h2>
<dl class="facts">{{#VENDOR}}<dt>Vendor</dt><dd>{{VALUE}}</dd>{{/VENDOR}}{{#LICENSE}}<dt>License</dt><dd>{{VALUE}}</dd>{{/LICENSE}}{{#ADDRESS}}<dt>Site</dt><dd><a href="{{VALUE}}" rel="noopener noreferrer" target="_blank">{{VALUE}}</a></dd>{{/ADDRESS}}
{{#FACTS}}<dt>{{LABEL}}</dt><dd>{{CONTENT}}</dd>{{/FACTS}}</dl></section>
</div>
{{#OPTIONS}}<section><h2>Options of VMs</h2>
<table><caption>Of banger vm create and vm set</caption>
<thead><tr><th scope="col">Option</th><th scope="col">Meaning</th><th scope="col">Changes</th></tr></thead>
<tbody>{{#ROWS}}<tr><th scope="row"><code>{{FLAG}}</code></th><td data-label="Meaning">{{WHAT}}</td><td data-label="Changes">{{LIVE}}</td></tr>
{{/ROWS}}</tbody></table></section>{{/OPTIONS}}
{{#VERBS}}<section><h2>Commands</h2>
<table><caption>What it brings to the command line</caption>
<thead><tr><th scope="col">Command</th><th scope="col">What it does</th></tr></thead>
<tbody>{{#ROWS}}<tr><th scope="row">{{>_command}}</th><td data-label="Does">{{WHAT}}</td></tr>
{{/ROWS}}</tbody></table></section>{{/VERBS}}
{{#CHECKS}}<section class="card"><h2>Checks</h2><p class="quiet">Among those of <a href="/doctor">the doctor</a>.</p>
<dl class="facts">{{#ROWS}}<dt>{{ACTION}}</dt><dd>{{WHAT}}</dd>{{/ROWS}}</dl></section>{{/CHECKS}}
{{#CALLS}}<section class="card"><h2>Remote calls</h2>
<dl class="facts">{{#ROWS}}<dt>{{ACTION}}</dt><dd>{{WHAT}}</dd>{{/ROWS}}</dl></section>{{/CALLS}}
{{#SETTINGS}}<section><h2>Settings</h2>
<table><caption>{{SETTINGS_KEY}} in config.yaml</caption>
<thead><tr><th scope="col">Key</th><th scope="col">Value</th><th scope="col">Meaning</th></tr></thead>
<tbody>{{#ROWS}}<tr><th scope="row"><code>{{KEY_TEXT}}</code></th><td data-label="Value">{{#CONTENT}}<code>{{VALUE}}</code>{{/CONTENT}}{{#BUILT_IN}}<span class="quiet">built in</span>{{/BUILT_IN}}</td><td data-label="Meaning">{{WHAT}}</td></tr>
{{/ROWS}}</tbody></table></section>{{/SETTINGS}}
<section class="card"><h2>On and off</h2>
<p>{{SWITCH}} in <a href="/settings">config.yaml</a>, then start the daemon again. VMs run on.</p>{{#COMMANDS}}{{>_command}}{{/COMMANDS}}</section>
