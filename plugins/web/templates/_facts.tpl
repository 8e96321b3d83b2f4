<dt>{{TERM}}</dt><dd>{{TEXT}}</dd>
