<h1>{{TITLE}}</h1>
<p>{{CAUSE}} What you typed in is still here.</p>
<form method="post" action="{{ACTION}}">
{{>_csrf}}{{>_idem}}
{{#FIELDS}}<input type="hidden" name="{{NAME}}" value="{{CONTENT:p}}">
{{/FIELDS}}<button class="button" type="submit">Send again</button>
</form>
