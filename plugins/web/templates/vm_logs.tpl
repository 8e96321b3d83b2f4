{{>_vm_top}}
<form class="filters log-bar" action="{{PATH}}/logs" role="search">
{{>_log_bar}}
<a class="button quiet" href="{{PATH}}/log" download>Download</a>
<a class="button quiet" href="#end">To its end</a>
<button class="button quiet js-only" type="button" data-log-follow aria-pressed="false">Follow</button>
</form>
<p class="quiet" id="log-summary">{{SUMMARY}}{{#ENDED}}. The VM does not run: the log has ended.{{/ENDED}}</p>
{{#EMPTY}}{{#FILTERED}}<p class="empty">No line has that.</p>{{/FILTERED}}{{/EMPTY}}
<pre class="log tall{{#NOWRAP}} nowrap{{/NOWRAP}}" tabindex="0" role="region" aria-label="Console of {{NAME}}" data-log="{{PATH}}/log" data-log-file="{{FILE}}" data-log-next="{{NEXT}}" data-log-q="{{Q}}" data-log-live="{{#GOES_ON}}1{{/GOES_ON}}">{{>_runs}}</pre>
<p id="end" tabindex="-1" class="quiet">That is the end of what is there. In a terminal:</p>
{{>_command}}
