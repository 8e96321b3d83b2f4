<div class="head"><h1>{{HEADING}}</h1></div>
{{#GOES_ON}}<noscript><meta http-equiv="refresh" content="3"></noscript>{{/GOES_ON}}
<p role="status">{{SUM}}</p>
{{#NOTE}}<p>{{NOTE_TEXT}}</p>{{/NOTE}}
{{#ANY_ITEM}}<table>
<caption>How each of them went</caption>
<thead><tr><th scope="col">{{COLUMN}}</th><th scope="col">Result</th><th scope="col">What it says</th><th scope="col">Operation</th></tr></thead>
<tbody>
{{#ITEMS}}<tr data-op="{{ITEM_OP}}"><th scope="row"><a href="{{ITEM_PATH}}">{{ITEM}}</a></th><td data-label="Result"><span class="state" data-op-state data-tone="{{TONE}}">{{STATE}}</span></td><td data-label="What it says" data-op-stage>{{ITEM_TEXT}}</td><td data-label="Operation">{{#LINK}}<a href="{{OP_PATH}}">Look at it<span class="vh">: operation on {{ITEM}}</span></a>{{/LINK}}</td></tr>
{{/ITEMS}}</tbody>
</table>{{/ANY_ITEM}}
{{#RETRY}}<form method="post" action="{{RETRY_ACTION}}">
{{>_csrf}}{{>_idem}}
{{#HIDDEN}}<input type="hidden" name="{{NAME}}" value="{{CONTENT:p}}">
{{/HIDDEN}}<button class="button" type="submit">{{RETRY_TEXT}}</button>
</form>{{/RETRY}}
<p><a href="{{BACK_PATH}}">Back to the list</a></p>
