<h1>Logs</h1>
{{#NONE}}<div class="empty"><h2>There is no VM yet</h2><p>What a VM writes to its console is shown here.</p>{{>_command}}</div>{{/NONE}}
{{#ANY}}<form class="filters" action="/logs" role="search">
<fieldset class="pick-vms"><legend>Of these VMs</legend>{{#VMS}}<label class="check"><input type="checkbox" name="vm" value="{{NAME}}"{{#CHOSEN}} checked{{/CHOSEN}}>{{NAME}} {{>_vm_state}}</label>{{/VMS}}</fieldset>
{{>_log_bar}}
<button class="button quiet js-only" type="button" data-log-follow aria-pressed="false">Follow</button>
</form>{{/ANY}}
{{#NOT_CHOSEN}}<p class="empty">Choose one VM or several, and what they wrote to their consoles is shown here.</p>{{/NOT_CHOSEN}}
{{#TOO_MANY}}<p class="note">The first eight of them are shown.</p>{{/TOO_MANY}}
{{#LOGS}}<section class="card"><div class="card-head"><h2><a href="{{PATH}}/logs">{{NAME}}</a> {{>_vm_state}}</h2><span class="quiet">{{SUMMARY}}</span></div>
{{#PROBLEM}}<p class="error">{{MESSAGE}}</p>{{/PROBLEM}}{{#EMPTY}}<p class="quiet">{{#FILTERED}}No line has that.{{/FILTERED}}</p>{{/EMPTY}}
<pre class="log{{#NOWRAP}} nowrap{{/NOWRAP}}" tabindex="0" role="region" aria-label="Console of {{NAME}}" data-log="{{PATH}}/log" data-log-file="{{FILE}}" data-log-next="{{NEXT}}" data-log-q="{{Q}}" data-log-live="{{#GOES_ON}}1{{/GOES_ON}}">{{>_runs}}</pre></section>
{{/LOGS}}
