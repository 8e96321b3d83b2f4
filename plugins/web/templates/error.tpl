<div class="wrong">
<h1>{{TITLE}}</h1>
<div class="note" data-tone="bad"><p>{{CAUSE}}</p></div>
{{#NEXT}}<h2>What to do</h2>
<p>{{TEXT}}</p>{{/NEXT}}
<p class="actions"><a class="button" href="/">Overview</a><a class="button" href="/vms">VMs</a><a class="button" href="/doctor">Doctor</a></p>
<p class="code">Status {{STATUS}}, request {{REQUEST}}</p>
</div>
