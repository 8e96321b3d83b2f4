{{>_vm_top}}
<form class="filters" method="post" action="{{PATH}}/changes">{{>_csrf}}{{>_idem}}
<button class="button" type="submit"{{#WAITING}} disabled aria-describedby="looking"{{/WAITING}}>{{SUBMIT}}</button>
<label class="check"><input type="checkbox" name="all" value="1"{{#ALL}} checked{{/ALL}}><span>Also what every VM has of its own: host name, keys, <code>/tmp</code></span></label>
{{#AT}}<span class="quiet">{{VALUE}}</span>{{/AT}}</form>
{{#NEVER}}<div class="empty"><h2>Which files are not as in its image?</h2>
<p>Its disk is read for that{{#RUNS}}: of a VM that runs a copy, once its guest has written what it holds back{{/RUNS}}. The VM stays as it is.</p></div>{{/NEVER}}
{{#WAITING}}<div class="note" role="status" id="looking"><p>Its disk is looked at. This page shows by itself what was found, also when it is left meanwhile.</p></div>{{/WAITING}}
{{#PROBLEM}}<div class="note" data-tone="bad" role="alert"><p>{{MESSAGE}}</p><p>{{NEXT_STEP}}</p></div>{{/PROBLEM}}
{{#FOUND}}
{{#SAME}}<div class="empty"><h2>Nothing</h2><p>All of its files are as in its image.</p></div>{{/SAME}}
{{#SHOWN}}<nav aria-label="Kinds of changes"><ul class="chips">
{{#CHIPS}}<li><a href="{{CHIP_PATH}}"{{#CURRENT}} aria-current="true"{{/CURRENT}}>{{TEXT}} <strong>{{COUNT}}</strong></a></li>
{{/CHIPS}}</ul></nav>
<form class="filters" action="{{PATH}}/changes" role="search" aria-label="Changes" data-filter>
<label>Find<input type="search" name="q" value="{{Q}}" placeholder="Part of a path" data-search></label>
<input type="hidden" name="change" value="{{CHANGE_WANTED}}">
<button class="button" type="submit">Show</button>
</form>{{/SHOWN}}
{{#NO_MATCH}}<p class="empty">{{WHAT}}</p>{{/NO_MATCH}}
{{#CUT}}<p class="note">{{VALUE}}</p>{{/CUT}}
{{#ANY}}<table>
<caption class="vh">Files that are not as in the image</caption>
<thead><tr><th scope="col">Path</th><th scope="col">Change</th><th scope="col">Type</th><th scope="col" class="number">Size</th></tr></thead>
<tbody>{{#ROWS}}<tr><th scope="row" class="mono"><span dir="auto">{{FILE}}</span></th><td data-label="Change"><span class="state" data-tone="{{TONE}}">{{CHANGE}}</span></td><td data-label="Type">{{TYPE}}</td><td data-label="Size" class="number">{{SIZE}}</td></tr>
{{/ROWS}}</tbody></table>{{/ANY}}
{{#MORE}}<p class="note">{{VALUE}}</p>{{/MORE}}
{{/FOUND}}
<p class="quiet"><code>/root</code> is a disk of its own, and has no image to be compared with.{{#IS_COPY}} Its disk is a copy: it is compared with its image as that is now.{{/IS_COPY}}</p>
{{>_command}}
