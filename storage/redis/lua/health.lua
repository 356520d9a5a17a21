-- Write one key, and check that the user may call each command. ARGV: how many milliseconds the key stays, the channel of
-- announcements, a key of every other pattern separated by blanks, and the commands.

redis.call("SET", KEYS[1], 1, "PX", ARGV[1])

local function may(...)
  return redis.acl_check_cmd(...)
end

-- With the arguments from which the server finds a command's keys; most have their key first.
local function is_granted(command)
  if command == "eval" or command == "evalsha" then
    return may(command, "", "0")
  elseif command == "publish" then
    return may(command, ARGV[2], "")
  elseif command == "subscribe" then
    return may(command, ARGV[2])
  end
  return may(command, KEYS[1])
end

for key in string.gmatch(ARGV[3], "%S+") do
  if not may("get", key) or not may("set", key, "") then
    return redis.error_reply("NOPERM the user may not use the keys that " .. key .. " stands for")
  end
end
for index = 4, #ARGV do
  if not is_granted(ARGV[index]) then
    return redis.error_reply("NOPERM the user may not call " .. ARGV[index])
  end
end
return 1
