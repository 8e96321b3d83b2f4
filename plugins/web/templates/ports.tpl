<h1>Ports</h1>
{{#NONE}}<div class="empty"><h2>No ports</h2>
{{#NOBODY_HEARD}}<p>No VM has said what listens in it. VMs that run do so by their agent (plugin vsock).</p>{{/NOBODY_HEARD}}<p>What listens in a VM and what is published on this machine is shown here.</p>{{>_command}}</div>{{/NONE}}
{{#ANY}}<table>
<caption class="vh">Ports of all VMs</caption>
<thead><tr><th scope="col">VM</th><th scope="col" class="number">Port</th><th scope="col">Program</th><th scope="col">Open</th><th scope="col">Reached from</th><th scope="col">Published on this machine</th></tr></thead>
<tbody>{{#PORTS}}<tr data-vm="{{VM}}"><th scope="row"><a href="{{VM_PATH}}">{{VM}}</a></th>
<td data-label="Port" class="number">{{PORT}}<span class="quiet">/{{PROTOCOL}}</span></td>
<td data-label="Program"><bdi>{{PROCESS}}</bdi></td>
<td data-label="Open">{{#LINK}}<a href="{{URL}}" target="_blank" rel="noopener noreferrer">{{TEXT}}<span class="vh"> (new tab)</span></a> <button class="copy" type="button" data-copy="{{URL}}" aria-label="Copy {{URL}}">Copy</button>{{/LINK}}{{#NO_ANSWER}}<span class="quiet">no HTTP answer</span>{{/NO_ANSWER}}<small><bdi>{{TITLE}}</bdi></small></td>
<td data-label="Reached from"><span class="quiet">{{REACH}}</span></td>
<td data-label="Published">{{#PUBLISHED}}<span class="badge">{{TEXT}}</span> {{/PUBLISHED}}</td></tr>
{{/PORTS}}</tbody></table>{{/ANY}}
