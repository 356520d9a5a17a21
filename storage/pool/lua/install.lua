-- Replace the old index with a newly built one, in one step, if the builder still holds the lock and no change that
-- was decided meanwhile is lost with the journal.
-- ARGV: at, token of the lock, revision, server's run, valid_until, bitmap, instants (JSON [[position, until]]),
-- openings (JSON), how far ahead an expiry of the old index may be to be kept, and for the log the SHA-256 of the bitmap,
-- its segments (JSON), and the kinds of claims on numbers that were free in the old index (JSON {position: kind}).

local LOCK = KEYS[10]
local at, valid_until, horizon = tonumber(ARGV[1]), tonumber(ARGV[5]), tonumber(ARGV[9])

if redis.call("GET", LOCK) ~= ARGV[2] or redis.call("EXISTS", JOURNAL) == 0 then
  return 0
end

-- Where the state of the log was evicted, its lines have it; a log without lines begins again.
local function last_epoch()
  local known, lines = redis.call("HGET", LOG_STATE, "epoch"), redis.call("XRANGE", LOG, "-", "+")
  if not known and #lines == 0 then
    redis.call("DEL", LOG)
  end
  return tonumber(known or #lines > 0 and lines[#lines][1]:match("^%d+") or 0)
end

-- A server that was restarted may have lost lines, or whole changes: the log begins again.
if redis.call("HGET", LOG_STATE, "run") ~= ARGV[4] then
  local epoch = math.max(at, last_epoch() + 1)
  redis.call("HSET", LOG_STATE, "run", ARGV[4], "epoch", epoch, "seq", 0)
end

-- The positions that are set in the old bitmap and not in the new one; none where an exclusion removes very many.
local MOST_REMOVED = 20000
local function removed_by(bitmap)
  redis.call("SET", SCRATCH, bitmap)
  redis.call("BITOP", "NOT", SCRATCH, SCRATCH)
  redis.call("BITOP", "AND", SCRATCH, SCRATCH, FREE)
  local positions = {}
  if redis.call("BITCOUNT", SCRATCH) > MOST_REMOVED then
    return positions
  end
  local bytes = redis.call("GET", SCRATCH)
  local place = bytes:find("[^%z]")
  while place do
    local byte = bytes:byte(place)
    for bit = 0, 7 do
      if byte % 2 ^ (8 - bit) >= 2 ^ (7 - bit) then
        positions[#positions + 1] = (place - 1) * 8 + bit
      end
    end
    place = bytes:find("[^%z]", place + 1)
  end
  return positions
end

local claims, kinds = {}, cjson.decode(ARGV[12])
for _, position in ipairs(in_private(function() return removed_by(ARGV[6]) end)) do
  local kind = kinds[tostring(position)] or "claimed"
  claims[kind] = claims[kind] or {}
  table.insert(claims[kind], position)
end

local old_instants = redis.call("ZRANGEBYSCORE", INSTANTS, "(" .. ARGV[1], horizon, "WITHSCORES")
redis.call("DEL", INSTANTS, OPENINGS, VERSION)
redis.call("SET", FREE, ARGV[6])
redis.call("ZADD", INSTANTS, GUARD_AT, GUARD)
log("install", at, { free = ARGV[10], segments = cjson.decode(ARGV[11]), claims = next(claims) and claims })
for _, instant in ipairs(cjson.decode(ARGV[7])) do
  hold(instant[1], instant[2], valid_until)
end
-- A number that was just picked may not be in the database yet: it stays held until its own end.
local picked = {}
for index = 1, #old_instants, 2 do
  if redis.call("GETBIT", FREE, old_instants[index]) == 1 then
    hold(old_instants[index], tonumber(old_instants[index + 1]), valid_until)
    picked[#picked + 1] = tonumber(old_instants[index])
  end
end
if picked[1] then
  log("settle", at, { claims = { offered = picked } })
end
redis.call("HSET", VERSION, "revision", ARGV[3], "run", ARGV[4], "valid_until", ARGV[5])

local openings = cjson.decode(ARGV[8])
if openings[1] then
  redis.call("SET", OPENINGS, ARGV[8])
  redis.call("HSET", VERSION, "opens_at", openings[1].at)
end

for _, changes in ipairs(redis.call("LRANGE", JOURNAL, 0, -1)) do
  apply(cjson.decode(changes), at, valid_until)
end
redis.call("DEL", JOURNAL, LOCK)
return 1
