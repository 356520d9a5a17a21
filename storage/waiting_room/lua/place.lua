-- Let in whom the pace allows, and give one person a place. KEYS: places, pace, passes, arrivals.
-- ARGV: now, the opening, the closing, how long a pass is valid, 1 if the process is busy (instants and times in milliseconds),
-- and of the person, if there is one: a name, the random score of those who were there before the opening, the arrival.
-- Returns how many have a place, how many of them are let in, the pace per second in thousandths,
-- and for the person the rank from 0, the end of the pass or 0, and the arrival that counts.

local now, opens, closes, pass_ms = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local is_busy, person = ARGV[5] == "1", ARGV[6]

local FIRST_PACE, SLOWEST, FASTEST = 5, 0.2, 1000
-- The places of a room are counted after its end (storage/waiting_room/measure.py).
local KEPT_MS = 3600000
local CALM_AFTER_MS, STEP_MS, LONGEST_STEP_MS = 2000, 200, 2000

local length = redis.call("ZCARD", KEYS[1])
local kept = redis.call("HMGET", KEYS[2], "at", "pace", "admitted", "busy_at")
local at, pace = tonumber(kept[1]) or math.max(now, opens), tonumber(kept[2]) or FIRST_PACE
local admitted, busy_at = tonumber(kept[3]) or 0, tonumber(kept[4]) or 0

local function keep(...)
  redis.call("HSET", KEYS[2], ...)
end

if is_busy then
  busy_at = now
  keep("busy_at", busy_at)
end

-- Nobody is let in before the opening, and a pause without any call is no credit.
local elapsed = now - math.max(at, opens)
if elapsed >= STEP_MS then
  local seconds = math.min(elapsed, LONGEST_STEP_MS) / 1000
  if now - busy_at < CALM_AFTER_MS then
    pace = math.max(SLOWEST, pace * 0.5 ^ seconds)
  else
    pace = math.min(FASTEST, pace + 2 * seconds)
  end
  admitted = math.min(admitted + pace * seconds, length + pace)
  at = now
end
keep("at", at, "pace", pace, "admitted", admitted)

local rank, pass_ends, arrived = -1, 0, 0
if person ~= "" then
  local score = ARGV[7]
  arrived = tonumber(redis.call("HGET", KEYS[4], person) or ARGV[8])
  pass_ends = tonumber(redis.call("HGET", KEYS[3], person)) or 0
  if pass_ends > 0 and pass_ends <= now then
    -- The turn is over. Whoever comes again is the last; all behind move up, and so does the number of those let in.
    redis.call("ZREM", KEYS[1], person)
    redis.call("HDEL", KEYS[3], person)
    admitted, arrived, pass_ends = admitted - 1, now, 0
    keep("admitted", admitted)
  end
  if arrived >= opens then
    score = 1 + (arrived - opens) * 1e-9
  end
  redis.call("HSET", KEYS[4], person, arrived)
  redis.call("ZADD", KEYS[1], "NX", score, person)
  rank = redis.call("ZRANK", KEYS[1], person)
  length = redis.call("ZCARD", KEYS[1])
  if pass_ends == 0 and now >= opens and rank < math.floor(admitted) then
    pass_ends = now + pass_ms
    redis.call("HSET", KEYS[3], person, pass_ends)
  end
end

-- All keys of the room go an hour after its end.
for _, key in ipairs(KEYS) do
  redis.call("PEXPIRE", key, math.max(1, closes - now) + KEPT_MS)
end
return {length, math.min(math.floor(admitted), length), math.floor(pace * 1000), rank, pass_ends, arrived}
