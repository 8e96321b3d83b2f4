{{>_vm_top}}
{{#STOPPED}}<div class="empty"><h2>It does not run</h2>
<p>Its journal is inside of its guest, and can be read while that runs. What it wrote to its console is kept.</p>
<p><a class="button" href="{{LOGS_PATH}}">Console's log</a></p></div>{{/STOPPED}}
{{#READABLE}}<form class="filters log-bar" action="{{PATH}}/journal" role="search">
<label>Unit<input type="text" name="unit" value="{{UNIT}}" placeholder="All, or ssh.service" autocomplete="off" autocapitalize="off" spellcheck="false"></label>
{{>_log_bar}}
<a class="button quiet" href="{{DOWNLOAD_PATH}}" download>Download</a>
</form>{{/READABLE}}
{{#WAITING}}<div class="note" role="status"><p>The guest has not answered yet. This page looks again by itself; other pages do not wait for it.</p></div>{{/WAITING}}
{{#LATE}}<p class="note" role="status">{{VALUE}}</p>{{/LATE}}
{{#PROBLEM}}<div class="note" data-tone="bad" role="alert"><p>{{MESSAGE}}</p><p>{{NEXT_STEP}}</p></div>{{/PROBLEM}}
{{#LOG}}<p class="quiet" id="log-summary">{{SUMMARY}}{{#CUT}}; what was before is too much for this page{{/CUT}}</p>
{{#EMPTY}}<p class="empty">{{#FILTERED}}No line has that.{{/FILTERED}}{{#UNFILTERED}}There is nothing in it.{{/UNFILTERED}}</p>{{/EMPTY}}
<pre class="log tall{{#NOWRAP}} nowrap{{/NOWRAP}}" tabindex="0" role="region" aria-label="Journal of {{NAME}}">{{>_runs}}</pre>{{/LOG}}
{{#READABLE}}<p class="quiet">In a terminal:</p>
{{>_command}}{{/READABLE}}
