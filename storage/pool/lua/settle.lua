-- Apply the changes of a decision to the index. ARGV: at, changes (JSON, see `apply`), the first line of the log that the
-- database may not have.
-- An index that is being built reads the changes from the journal before it is installed.

local at = tonumber(ARGV[1])

if redis.call("EXISTS", JOURNAL) == 1 then
  redis.call("RPUSH", JOURNAL, ARGV[2])
end
forget_lines(ARGV[3])
local valid_until = freshen(at)
if valid_until then
  apply(cjson.decode(ARGV[2]), at, valid_until)
end
return valid_until and 1 or 0
