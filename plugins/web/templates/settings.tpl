<div class="head"><h1>Settings</h1></div>
<form class="js-only" data-settings><fieldset><legend>This browser</legend>
<p id="theme-label">Colours</p>
<div class="actions" role="radiogroup" aria-labelledby="theme-label">
<label class="check"><input type="radio" name="theme" value="auto" data-setting="theme" checked>as the system has it</label>
<label class="check"><input type="radio" name="theme" value="light" data-setting="theme">light</label>
<label class="check"><input type="radio" name="theme" value="dark" data-setting="theme">dark</label></div>
<p><label class="check"><input type="checkbox" name="shortcuts" data-setting="shortcuts" checked>Shortcuts of single keys: <kbd>/</kbd> to search, <kbd>g</kbd> and a letter for a page, <kbd>?</kbd> for all</label></p>
<p class="hint">Kept in this browser, for this console only.</p></fieldset></form>
<noscript><p class="note">Without JavaScript the colours are those of the system, and there are no shortcuts.</p></noscript>
<section class="card"><h2>Configuration</h2>
{{#FILE}}<p>The daemon reads this file when it starts. {{SET_TEXT}}</p>{{>_command}}{{/FILE}}
<p>Change it with an editor, check it, and start the daemon again; VMs run on. With an error in it the daemon runs on as it was.</p>
{{#COMMANDS}}{{>_command}}{{/COMMANDS}}</section>
{{#SECTIONS}}<section><h2>{{TITLE}}</h2>
<table><caption class="vh">Values in force</caption>
<thead><tr><th scope="col">Key</th><th scope="col">Value</th><th scope="col">From</th></tr></thead>
<tbody>{{#ROWS}}<tr><th scope="row"><code>{{KEY_TEXT}}</code></th><td data-label="Value"><code>{{CONTENT}}</code></td><td data-label="From">{{#IS_SET}}<span class="badge">{{SOURCE}}</span>{{/IS_SET}}{{#BUILT_IN}}<span class="quiet">{{SOURCE}}</span>{{/BUILT_IN}}</td></tr>
{{/ROWS}}</tbody></table></section>
{{/SECTIONS}}
<section class="card"><h2>Places</h2>
<dl class="facts">{{#PLACES}}<dt>{{LABEL}}</dt><dd><code>{{PLACE}}</code></dd>{{/PLACES}}</dl></section>
