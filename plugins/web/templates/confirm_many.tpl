<h1>{{HEADING}}</h1>
<p>{{WHAT}}</p>
{{#COUNTED}}<table>
<caption>What it is about</caption>
<thead><tr><th scope="col">{{COLUMN}}</th><th scope="col">What is lost</th></tr></thead>
<tbody>
{{#ROWS}}<tr><th scope="row">{{ROW}}</th><td data-label="What is lost">{{ABOUT}}</td></tr>
{{/ROWS}}</tbody>
</table>{{/COUNTED}}
{{#AGE}}<form class="filters" method="get" action="{{AGE_ACTION}}">
<div><label for="older_than">Older than</label><input type="text" id="older_than" name="older_than" value="{{OLDER_THAN}}" autocomplete="off"></div>
<button class="button" type="submit">Look again</button>
</form>{{/AGE}}
{{#EXTRA}}<p>{{EXTRA_TEXT}}</p>{{/EXTRA}}
<form method="post" action="{{FORM_ACTION}}" data-confirm>
{{>_csrf}}{{>_idem}}
{{#HIDDEN}}<input type="hidden" name="{{NAME}}" value="{{CONTENT:p}}">
{{/HIDDEN}}{{#COUNTED}}<div class="field">
<label for="count">Type their number, {{COUNT}}</label>
<input type="text" id="count" name="count" inputmode="numeric" autocomplete="off" required{{#FAULT}} aria-invalid="true" aria-describedby="count-error" autofocus{{/FAULT}}>
{{#FAULT}}<span class="error" id="count-error" role="alert">{{FAULT_TEXT}}</span>{{/FAULT}}
</div>{{/COUNTED}}
<div class="actions"><a class="button" href="{{BACK_PATH}}">Cancel</a>
{{#DO}}<button class="button danger sure" type="submit">{{BUTTON}}</button>{{/DO}}</div>
</form>
