<div class="head"><h1>Doctor</h1>
<span role="status"><span class="state" data-tone="{{SUMMARY_TONE}}">{{SUMMARY}}</span></span>
<form class="actions" method="get" action="/doctor">{{#ONLY}}<input type="hidden" name="check" value="{{ONLY_ID}}">{{/ONLY}}<button class="button" type="submit">Check again</button></form></div>
{{#ONLY}}<p class="note">Only the check <code>{{VALUE}}</code> is shown. <a href="/doctor">All checks</a></p>{{/ONLY}}
{{#NONE_SO}}<p class="empty">It has nothing to tell any more: what it was about is gone, or its plugin is off.</p>{{/NONE_SO}}
{{#FOUND}}<ul class="cards wide">{{#CHECKS}}{{>_check}}{{/CHECKS}}</ul>{{/FOUND}}
{{#GOOD}}<details{{#OPEN}} open{{/OPEN}}><summary>{{GOOD_TEXT}}</summary>
<ul class="cards wide">{{#CHECKS}}{{>_check}}{{/CHECKS}}</ul></details>{{/GOOD}}
<section class="card"><h2>In a terminal</h2>{{#COMMANDS}}{{>_command}}{{/COMMANDS}}</section>
