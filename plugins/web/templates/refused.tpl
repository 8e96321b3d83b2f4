<div class="wrong">
<h1>{{TITLE}}</h1>
<p class="note" data-tone="bad" role="alert">{{CAUSE}}</p>
{{#HINT}}<p>{{HINT_TEXT}}</p>{{/HINT}}
{{#IN_THE_WAY}}<p><a href="{{OP_PATH}}">Look at the operation that is in the way</a></p>{{/IN_THE_WAY}}
<p>Nothing was changed.</p>
<form method="post" action="{{AGAIN_PATH}}">
{{>_csrf}}{{>_idem}}
{{#AGAIN_FIELDS}}<input type="hidden" name="{{NAME}}" value="{{CONTENT:p}}">
{{/AGAIN_FIELDS}}<div class="actions"><a class="button primary" href="{{BACK_PATH}}">Back to {{BACK_TEXT}}</a>
<button class="button" type="submit">Try again</button></div>
</form>
<p class="code">Status {{STATUS}}, request {{REQUEST}}</p>
</div>
