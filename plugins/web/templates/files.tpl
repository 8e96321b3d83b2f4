<nav aria-label="Folders"><p class="crumbs">{{#CRUMBS}}<a href="{{CRUMB_PATH}}">{{CRUMB}}</a>{{/CRUMBS}}</p></nav>
<div class="head"><h1>{{HEADING}}</h1></div>
{{#SEVERAL}}<ul class="chips">
{{#ROOTS}}<li><a href="{{ROOT_PATH}}"{{#CHOSEN}} aria-current="true"{{/CHOSEN}}>{{ROOT}}</a></li>
{{/ROOTS}}</ul>{{/SEVERAL}}
<form class="filters" method="get" action="/files" role="search">
<input type="hidden" name="root" value="{{ROOT_VALUE}}"><input type="hidden" name="path" value="{{BELOW}}"><input type="hidden" name="field" value="{{FIELD_VALUE}}"><input type="hidden" name="back" value="{{BACK_VALUE}}">
<div><label for="q">Part of the name</label><input type="search" id="q" name="q" value="{{WITH}}" autocomplete="off" data-narrows></div>
<label class="check"><input type="checkbox" name="hidden" value="1"{{#SHOWS_HIDDEN}} checked{{/SHOWS_HIDDEN}}> Hidden ones, too</label>
<button class="button" type="submit">Show</button>
</form>
{{#FAILURE}}<div class="note" data-tone="bad" role="alert"><p>{{WRONG}}</p><p>{{WRONG_NEXT}}</p></div>{{/FAILURE}}
<p class="actions">{{#USE}}<a class="button" href="{{USE_PATH}}">Use this folder</a>{{/USE}}{{#BACK}}<a class="button quiet" href="{{BACK_PATH}}">Cancel</a>{{/BACK}}</p>
{{#NOTE}}<p role="status">{{NOTE_TEXT}}</p>{{/NOTE}}
{{#ANY_ENTRY}}<table>
<caption>{{FOLDER}}</caption>
<thead><tr><th scope="col">Name</th><th scope="col">Kind</th><th scope="col" class="number">Size</th><th scope="col">Permissions</th></tr></thead>
<tbody>
{{#ENTRIES}}<tr><th scope="row">{{#ENTER}}<a href="{{ENTER_PATH}}">{{NAME}}/</a>{{/ENTER}}{{#PICK}}<a href="{{PICK_PATH}}">{{NAME}}</a>{{/PICK}}{{#PLAIN}}{{NAME}} <small>{{WHY_NOT}}</small>{{/PLAIN}}</th><td data-label="Kind">{{KIND}}</td><td class="number" data-label="Size">{{SIZE}}</td><td data-label="Permissions"><code>{{MODE}}</code></td></tr>
{{/ENTRIES}}</tbody>
</table>{{/ANY_ENTRY}}
