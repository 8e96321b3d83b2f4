<h1>{{HEADING}}</h1>
<div class="empty">
<h2>Not now</h2>
<p>{{WHY}}.</p>
<p>{{DO}}</p>
</div>
