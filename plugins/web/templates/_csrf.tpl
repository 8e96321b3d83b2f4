<input type="hidden" name="csrf" value="{{CSRF}}">
