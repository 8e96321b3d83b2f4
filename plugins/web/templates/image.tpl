<p class="crumbs"><a href="/images">Images</a></p>
<div class="head"><h1>{{NAME}}</h1>{{#DEFAULT}}<span class="badge">default</span>{{/DEFAULT}}<span class="badge">{{KIND}}</span>
<div class="actions"><a class="button primary" href="{{CREATE_PATH}}">Create a VM</a>
{{#MAY_BE_DEFAULT}}<form method="post" action="{{DEFAULT_PATH}}">{{>_csrf}}{{>_idem}}<button class="button quiet" type="submit">Make default</button></form>{{/MAY_BE_DEFAULT}}
{{#EXPORT_PATH}}<a class="button" href="{{VALUE}}">Export</a>{{/EXPORT_PATH}}
{{#DELETE_PATH}}<a class="button danger" href="{{VALUE}}" data-confirm>Delete</a>{{/DELETE_PATH}}{{#STAYS}}<button class="button" type="button" disabled aria-describedby="stays">Delete</button>{{/STAYS}}</div>
<p class="quiet">{{MEANING}} {{#STAYS}}<span id="stays">It cannot be deleted. {{VALUE}}</span>{{/STAYS}}</p></div>
{{#PROBLEM}}<div class="note" data-tone="bad" role="alert"><p><strong>No VM can be made of it:</strong> {{VALUE}}</p></div>{{/PROBLEM}}
<div class="cards wide">
<section class="card"><h2>What it is</h2>
<dl class="facts">
{{#ABOUT_IT}}<dt>Note</dt><dd>{{VALUE}}</dd>{{/ABOUT_IT}}
<dt>Made</dt><dd>{{#MADE}}{{FULL}}, {{>_moment}}{{/MADE}}</dd>
{{#MADE_BY}}<dt>By</dt><dd>{{VALUE}}</dd>{{/MADE_BY}}
{{#BASE}}<dt>Base</dt><dd>{{#THERE}}<a href="{{BASE_PATH}}">{{BASE_TEXT}}</a>{{/THERE}}{{#GONE}}{{BASE_TEXT}}, which is gone{{/GONE}}</dd>{{/BASE}}
{{#RECIPE}}<dt>Recipe</dt><dd><code>{{VALUE}}</code></dd>{{/RECIPE}}
{{#KERNEL_VERSION}}<dt>Kernel</dt><dd>{{VALUE}}</dd>{{/KERNEL_VERSION}}
{{#MANIFEST_OF}}<dt>Packages</dt><dd><a href="{{PACKAGES_PATH}}">{{COUNT}}</a></dd>{{/MANIFEST_OF}}
<dt>On disk</dt><dd>{{ON_DISK}}</dd>
<dt>Content</dt><dd>{{CONTENT}}</dd>
<dt>Root file system</dt><dd>{{SIZE}}</dd>
</dl></section>
<section class="card"><h2>Used by</h2>
{{#UNUSED}}<p class="quiet">No VM uses it.</p>{{/UNUSED}}
{{#USERS}}<p>{{>_vm_links}}</p>{{/USERS}}
{{#OLDER}}<h3>On an earlier build of it</h3>
<p>{{>_vm_links}}</p>
<p class="quiet">A VM keeps the base that it was made with. To have this build, make it anew.</p>{{/OLDER}}
</section>
</div>
<section class="card"><h2>Files</h2>
<dl class="facts">{{#FILES}}<dt>{{LABEL}}</dt><dd>{{#FILE}}<code>{{VALUE}}</code>{{/FILE}}{{#NO_FILE}}<span class="quiet">{{VALUE}}</span>{{/NO_FILE}}</dd>{{/FILES}}{{#MANIFEST_OF}}<dt>List of packages</dt><dd><code>{{MANIFEST}}</code></dd>{{/MANIFEST_OF}}</dl></section>
<section class="card"><h2>In a terminal</h2>
<dl class="commands">{{#COMMANDS}}<dt>{{LABEL}}</dt><dd>{{>_command}}</dd>{{/COMMANDS}}</dl></section>
