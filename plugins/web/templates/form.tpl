<div class="head"><h1>{{HEADING}}</h1></div>
{{#INTRO}}<p>{{INTRO_TEXT}}</p>{{/INTRO}}
{{#ALSO}}<p class="quiet">Or: {{#OTHERS}}<a href="{{OTHER_PATH}}">{{OTHER_TEXT}}</a> {{/OTHERS}}</p>{{/ALSO}}
{{#SUMMARY}}<div class="note summary" data-tone="bad" role="alert" id="wrong" tabindex="-1" autofocus>
<h2>Nothing was done yet</h2>
{{#WRONG}}<p>{{WRONG_TEXT}}</p>{{/WRONG}}
<ul>
{{#FAULTS}}<li><a href="{{FAULT_HREF}}">{{FAULT_LABEL}}</a>: {{FAULT_IS}}</li>
{{/FAULTS}}</ul>
{{#WRONG_HINT}}<p>{{WRONG_HINT_TEXT}}</p>{{/WRONG_HINT}}
</div>{{/SUMMARY}}
{{#MADE}}<section class="card" aria-labelledby="made" role="status"><h2 id="made">This would be made</h2>
<dl class="facts">
{{#FACTS}}<dt>{{FACT}}</dt><dd>{{FACT_TEXT}}</dd>
{{/FACTS}}</dl></section>{{/MADE}}
{{#ALIKE}}<section class="card" aria-labelledby="alike"><h2 id="alike">The same on the command line</h2>
{{>_command}}</section>{{/ALIKE}}
<form method="post" action="{{FORM_ACTION}}" data-form>
{{>_csrf}}{{>_idem}}<input type="hidden" name="typed" value="1">
{{#FIRST_BUTTON}}<button class="vh" type="submit" tabindex="-1" aria-hidden="true"{{#NEEDS_ROOT}}{{#BLOCKED}} disabled{{/BLOCKED}}{{/NEEDS_ROOT}}>{{SUBMIT}}</button>{{/FIRST_BUTTON}}
{{#GROUPS}}{{#SELDOM}}<details class="card"{{#OPEN}} open{{/OPEN}}><summary><h2>{{GROUP}}</h2></summary>
{{/SELDOM}}<fieldset><legend{{#SELDOM}} class="vh"{{/SELDOM}}>{{GROUP}}</legend>
<div class="fields">
{{#FIELDS}}{{>_field}}
{{/FIELDS}}</div>
</fieldset>
{{#SELDOM}}</details>
{{/SELDOM}}{{/GROUPS}}
{{#NEEDS_ROOT}}{{#BLOCKED}}<p class="note" id="waits" data-blocked>Not now: {{REASON}}. Run <code>{{COMMAND}}</code> in a terminal, and this button comes alive; what is typed in stays.</p>{{/BLOCKED}}{{/NEEDS_ROOT}}
<div class="actions">
<button class="button primary" type="submit"{{#NEEDS_ROOT}} data-needs-root{{#BLOCKED}} disabled aria-describedby="waits"{{/BLOCKED}}{{/NEEDS_ROOT}}>{{SUBMIT}}</button>
{{#CAN_CHECK}}<button class="button" type="submit" name="dry_run" value="1">Check</button>{{/CAN_CHECK}}
<a class="button quiet" href="{{BACK_PATH}}">Cancel</a>
</div>
</form>
