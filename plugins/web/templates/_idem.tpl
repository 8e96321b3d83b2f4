<input type="hidden" name="idem" value="{{IDEM}}">
