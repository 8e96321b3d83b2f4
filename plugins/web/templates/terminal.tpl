{{>_vm_top}}
<p class="note no-js" role="note">A terminal in this page needs JavaScript. The one that this browser runs in does the same by the command below.</p>
{{#STILL}}<div class="note" role="note"><p>It does not run, and a terminal needs its guest.</p>
<form class="actions" method="post" action="{{PATH}}/start">{{>_csrf}}{{>_idem}}<button class="button"{{#IS_BLOCKED}} disabled aria-describedby="blocked"{{/IS_BLOCKED}}>Start it, and connect<span class="vh"> to {{NAME}}</span></button></form></div>{{/STILL}}
{{#PAUSED}}<p class="note" role="note">It is paused. Its terminals go on with it.</p>{{/PAUSED}}
<div class="shell js-only" id="shell" data-own data-shell="{{PATH}}/terminal" data-shell-vm="{{NAME}}" data-shell-runs="{{#RUNS}}1{{/RUNS}}">
<div class="shell-bar"><span class="state" role="status" data-shell-state>Not connected</span><button class="button small" type="button" data-shell-again hidden>Connect</button><label class="check"><input type="checkbox" data-shell-reader>For screen readers</label></div>
<p class="note" data-shell-hint hidden></p>
<div class="screen" data-shell-screen></div>
<p class="quiet" tabindex="-1" data-shell-keys><kbd>Ctrl</kbd> <kbd>Shift</kbd> <kbd>Enter</kbd> leaves the terminal, so that Tab leads on from here. <kbd>Ctrl</kbd> <kbd>Shift</kbd> <kbd>C</kbd> and <kbd>Ctrl</kbd> <kbd>Shift</kbd> <kbd>V</kbd> copy and paste. The shell goes on for 5 minutes without this page, as long as the daemon runs.</p>
</div>
<p class="quiet">In a terminal of this machine:</p>
{{>_command}}
