<label>Find in it<input type="search" name="q" value="{{Q}}" placeholder="Text, as it is written" data-search></label>
<label>Lines<select name="lines">{{#LINES}}<option value="{{COUNT}}"{{#CHOSEN}} selected{{/CHOSEN}}>{{COUNT}}</option>{{/LINES}}</select></label>
<label class="check"><input type="checkbox" name="nowrap" value="1"{{#NOWRAP}} checked{{/NOWRAP}} data-log-nowrap>Do not wrap</label>
<button class="button" type="submit">Show</button>
