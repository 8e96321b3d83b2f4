<div class="head"><h1>Images</h1>
<div class="actions">{{#TABLE}}<a class="button" href="/images/-/prune">Tidy up</a>{{/TABLE}}<a class="button primary" href="/images/-/new">Build or register</a></div></div>
{{#SEARCH}}<form class="filters" method="get" action="/images" role="search" aria-label="Images">
<label>Search <input type="search" name="q" value="{{Q}}" placeholder="Name, kind, base or kernel" data-search></label>
<button class="button" type="submit">Search</button>
{{#FILTERED}}<a class="button quiet" href="/images">Show all</a>{{/FILTERED}}
</form>{{/SEARCH}}
{{#EMPTY}}<div class="empty"><h2>There is no image</h2>
<p>VMs are made of images. The first one comes with the runtime bundle, which is not there.</p>
<p><a class="button" href="/doctor">What is missing</a></p>{{>_command}}</div>{{/EMPTY}}
{{#NO_MATCH}}<div class="empty"><h2>No image is like that</h2><p>{{WHAT}}</p><p><a class="button" href="/images">Show all</a></p></div>{{/NO_MATCH}}
{{#BULK}}<form class="bulk" id="bulk" method="post" action="/images/bulk" data-bulk>{{>_csrf}}{{>_idem}}
<span class="quiet">With the selected:</span>
<button class="button small danger" name="action" value="delete">Delete…</button>
<a href="{{SELECT_ALL}}" data-select-all>Select all {{COUNT}}</a>
</form>{{/BULK}}
{{#TABLE}}<table>
<caption>{{CAPTION}}</caption>
<thead><tr><th scope="col"><span class="vh">Select</span></th><th scope="col">Name</th><th scope="col">Kind</th><th scope="col" class="number">On disk</th><th scope="col" class="number">Content</th><th scope="col">Base</th><th scope="col">Age</th><th scope="col">Kernel</th><th scope="col" class="number">Packages</th><th scope="col">Used by</th></tr></thead>
<tbody>
{{#ROWS}}<tr><td class="pick">{{#SELECTABLE}}<label><input type="checkbox" name="name" value="{{NAME}}" form="bulk"{{#CHECKED}} checked{{/CHECKED}}><span class="vh">Select {{NAME}}</span></label>{{/SELECTABLE}}</td>
<th scope="row"><a href="{{PATH}}">{{NAME}}</a>{{#DEFAULT}} <span class="badge">default</span>{{/DEFAULT}}{{#PROBLEM}} <span class="state" data-tone="bad">{{VALUE}}</span>{{/PROBLEM}} <small>{{NOTE}}</small></th>
<td data-label="Kind">{{KIND}}</td>
<td data-label="On disk" class="number">{{ON_DISK}}</td>
<td data-label="Content" class="number">{{CONTENT}}</td>
<td data-label="Base">{{#BASE}}{{#THERE}}<a href="{{BASE_PATH}}">{{BASE_TEXT}}</a>{{/THERE}}{{#GONE}}{{BASE_TEXT}}{{/GONE}}{{/BASE}}</td>
<td data-label="Age" class="tight">{{#MADE}}{{>_moment}}{{/MADE}}</td>
<td data-label="Kernel">{{KERNEL}}</td>
<td data-label="Packages" class="number">{{PACKAGES}}</td>
<td data-label="Used by">{{#USERS}}{{>_vm_links}}{{/USERS}}</td></tr>
{{/ROWS}}</tbody>
</table>
{{/TABLE}}
