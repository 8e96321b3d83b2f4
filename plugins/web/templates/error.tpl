<h1>{{TITLE}}</h1>
<p>{{CAUSE}}</p>
{{#NEXT}}<p>{{TEXT}}</p>{{/NEXT}}
<p class="quiet">Status {{STATUS}}, request {{REQUEST}}</p>
