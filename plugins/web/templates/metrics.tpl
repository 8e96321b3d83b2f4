<p class="crumbs"><a href="/">Overview</a></p>
<h1>This machine</h1>
{{>_metrics}}
