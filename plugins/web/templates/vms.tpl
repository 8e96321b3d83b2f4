<h1>VMs</h1>
{{#NONE}}<p class="empty">There is no VM yet. <a href="/vms/new">Create one</a>, or <code>banger vm create --name testbox</code></p>{{/NONE}}
{{#ANY}}<table>
<caption>Virtual machines</caption>
<thead><tr><th scope="col">Name</th><th scope="col">State</th><th scope="col">Address</th><th scope="col">Image</th><th scope="col">Size</th></tr></thead>
<tbody>
{{#VMS}}<tr><th scope="row"><a href="{{PATH}}">{{NAME}}</a></th><td><span class="state" data-tone="{{TONE}}">{{STATE}}</span> {{SINCE}}</td><td>{{IP}}</td><td>{{IMAGE}}</td><td>{{VCPUS}} CPU, {{MEMORY}}</td></tr>
{{/VMS}}</tbody>
</table>{{/ANY}}
