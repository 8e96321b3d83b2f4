<li class="card"><div class="card-head"><h2>{{TITLE}}</h2><span class="state" data-tone="{{TONE}}">{{SEVERITY}}</span></div>
{{#CAUSE}}<p>{{VALUE}}</p>{{/CAUSE}}
{{#FIX}}<p><strong>What to do:</strong> {{VALUE}}</p>{{/FIX}}
{{#FIX_COMMAND}}<p><strong>What to do:</strong></p>{{>_command}}{{/FIX_COMMAND}}
{{#REPAIR}}<p><strong>banger can repair it</strong>, after asking:</p><ul>{{#LINES}}<li>{{VALUE}}</li>{{/LINES}}</ul>{{>_command}}{{/REPAIR}}
<p class="actions">{{#AGAIN}}<a class="button quiet small" href="{{AGAIN_PATH}}" aria-label="Check again: {{TITLE}}">Check again</a>{{/AGAIN}}<span class="quiet">{{SOURCE}}</span></p></li>
