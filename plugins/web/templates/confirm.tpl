<div class="wrong">
<h1>{{HEADING}}</h1>
<p>{{WHAT}}</p>
{{#LIST}}<dl class="facts">
{{#FACTS}}<dt>{{FACT}}</dt><dd>{{FACT_TEXT}}</dd>
{{/FACTS}}</dl>{{/LIST}}
{{#NEEDS_ROOT}}{{#BLOCKED}}<p class="note" id="waits" data-blocked>Not now: {{REASON}}. Run <code>{{COMMAND}}</code> in a terminal, and the button comes alive.</p>{{/BLOCKED}}{{/NEEDS_ROOT}}
<form method="post" action="{{FORM_ACTION}}" data-confirm>
{{>_csrf}}{{>_idem}}
{{#HIDDEN}}<input type="hidden" name="{{NAME}}" value="{{CONTENT:p}}">
{{/HIDDEN}}<div class="actions"><a class="button" href="{{BACK_PATH}}" autofocus>Cancel</a>
{{#LOSS}}<button class="button danger sure" type="submit">{{BUTTON}}</button>{{/LOSS}}
{{#NO_LOSS}}<button class="button primary" type="submit"{{#NEEDS_ROOT}} data-needs-root{{#BLOCKED}} disabled aria-describedby="waits"{{/BLOCKED}}{{/NEEDS_ROOT}}>{{BUTTON}}</button>{{/NO_LOSS}}
</div>
</form>
</div>
