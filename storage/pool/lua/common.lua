-- Shared functions of all scripts of the pool index; prepended to each.
-- Positions and the order of bits are those of domain/segments.py, instants are milliseconds since 1970.

local FREE, INSTANTS, VERSION, OPENINGS = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local JOURNAL, SCRATCH, SCRATCH_2 = KEYS[5], KEYS[6], KEYS[7]
local LOG, LOG_STATE = KEYS[8], KEYS[9]

local POOL_BYTES = 450500
local PATTERNS = {
  "DDDDD", "LDDDD", "LLDDD", "DLDDD", "DDLDD", "DDDLD", "DDDDL", "LDDDL", "DDDLL", "LDLDD",
}
local ALPHABETS = { D = "0123456789", L = "ABCDEFGHJKLMNPQRSTUVWXYZ" }
local DUE_AT_ONCE, BITS_AT_ONCE = 1000, 500
-- INSTANTS always has this member, which is no position and never due: an INSTANTS that is missing was evicted or deleted.
local GUARD, GUARD_AT = POOL_BYTES * 8, 253402300799000

local function bytes_of(bits)
  return (bits:gsub("........", function(eight)
    return string.char(tonumber(eight, 2))
  end))
end

-- One concatenation copies its parts once; table.concat copies large ones several times, byte by byte.
local JOIN = {
  [10] = function(p)
    return p[1] .. p[2] .. p[3] .. p[4] .. p[5] .. p[6] .. p[7] .. p[8] .. p[9] .. p[10]
  end,
  [24] = function(p)
    return p[1] .. p[2] .. p[3] .. p[4] .. p[5] .. p[6] .. p[7] .. p[8] .. p[9] .. p[10] .. p[11] .. p[12]
      .. p[13] .. p[14] .. p[15] .. p[16] .. p[17] .. p[18] .. p[19] .. p[20] .. p[21] .. p[22] .. p[23] .. p[24]
  end,
}

-- The bits of all continuations from a place, the first character most significant: as text of 0 and 1 until they
-- fill whole bytes. Patterns share most of their endings, so each is built once.
local function ending_mask(ending, admits, built)
  if built[ending] then
    return built[ending]
  end
  local rest = #ending > 1 and ending_mask(ending:sub(2), admits, built) or { bits = "1" }
  local alphabet, parts = ALPHABETS[ending:sub(1, 1)], {}
  local none = string.rep(rest.packed and "\0" or "0", #rest.bits)
  for index = 1, #alphabet do
    parts[index] = admits(6 - #ending, alphabet:sub(index, index)) and rest.bits or none
  end
  local mask = { bits = JOIN[#alphabet](parts), packed = rest.packed }
  if not mask.packed and #mask.bits % 8 == 0 then
    mask.bits, mask.packed = bytes_of(mask.bits), true
  end
  built[ending] = mask
  return mask
end

-- The bitmap of all numbers that have at each place a character with `admits(place, character)`.
-- Building it when needed costs less than the memory for every prefix.
local function pool_mask(admits)
  local parts, built = {}, {}
  for index, pattern in ipairs(PATTERNS) do
    parts[index] = ending_mask(pattern, admits, built).bits
  end
  return JOIN[#PATTERNS](parts)
end

local function template_mask(template)
  return pool_mask(function(place, character)
    local key = template:sub(place, place)
    return key == "*" or key == character
      or (key == "!" and character:find("%d") ~= nil)
      or (key == "@" and character:find("%u") ~= nil)
  end)
end

local function without_four_mask()
  return pool_mask(function(_, character)
    return character ~= "4"
  end)
end

-- A scratch key lives within one script, so neither replicas nor the append-only file ever get it.
local function in_private(work)
  redis.set_repl(redis.REPL_NONE)
  local finished, result = pcall(work)
  redis.call("DEL", SCRATCH, SCRATCH_2)
  redis.set_repl(redis.REPL_ALL)
  if not finished then
    error(result)
  end
  return result
end

-- Append a line to the log of this prefix: every change of a bit of FREE has one, so that anyone can replay the log.
-- The lines have the numbers 1, 2, 3 … within an epoch; an epoch begins when the log of the earlier one was lost.
-- Lines before `persisted` ("epoch-number", if given) are forgotten: the database has them. Returns epoch and number.
local function log(op, at, fields, persisted)
  local seq = redis.call("HINCRBY", LOG_STATE, "seq", 1)
  local epoch = redis.call("HGET", LOG_STATE, "epoch") or "0"
  fields.op, fields.t, fields.e, fields.s = op, at, tonumber(epoch), seq
  local id, line = epoch .. "-" .. seq, cjson.encode(fields)
  if persisted and persisted ~= "" then
    redis.call("XADD", LOG, "MINID", persisted, id, "l", line)
  else
    redis.call("XADD", LOG, id, "l", line)
  end
  return tonumber(epoch), seq
end

-- Forget the lines before this one ("epoch-number"): the database has them.
local function forget_lines(persisted)
  if persisted ~= "" then
    redis.call("XTRIM", LOG, "MINID", persisted)
  end
end

-- Set the bits of FREE to 0 or 1 with one call for many: each call costs more than a bit.
local function set_bits(positions, bit)
  for first = 1, #positions, BITS_AT_ONCE do
    local fields = {}
    for index = first, math.min(first + BITS_AT_ONCE - 1, #positions) do
      local place = #fields
      fields[place + 1], fields[place + 2], fields[place + 3], fields[place + 4] = "SET", "u1", positions[index], bit
    end
    redis.call("BITFIELD", FREE, unpack(fields))
  end
end

local function open_segment(segment)
  redis.call("SET", SCRATCH, template_mask(segment.template))
  for _, excluded in ipairs(segment.excluded) do
    redis.call("SET", SCRATCH_2, template_mask(excluded))
    redis.call("BITOP", "NOT", SCRATCH_2, SCRATCH_2)
    redis.call("BITOP", "AND", SCRATCH, SCRATCH, SCRATCH_2)
  end
  redis.call("BITOP", "OR", FREE, FREE, SCRATCH)
  redis.call("DEL", SCRATCH, SCRATCH_2)
end

-- Numbers are held until an instant. An instant past the index's end is left out: the index is rebuilt by then.
local function hold(position, until_, valid_until)
  redis.call("SETBIT", FREE, position, 0)
  if until_ < valid_until then
    redis.call("ZADD", INSTANTS, until_, position)
  else
    redis.call("ZREM", INSTANTS, position)
  end
end

local function open_due(at, valid_until)
  local openings = cjson.decode(redis.call("GET", OPENINGS) or "[]")
  while openings[1] and openings[1].at <= at do
    local opening, held = table.remove(openings, 1), {}
    for _, segment in ipairs(opening.segments) do
      open_segment(segment)
    end
    for _, claim in ipairs(opening.claimed) do
      if claim[2] > at then
        hold(claim[1], claim[2], valid_until)
        held[#held + 1] = claim[1]
      end
    end
    log("open", at, { segments = opening.segments, claims = { claimed = held } })
  end
  if openings[1] then
    redis.call("SET", OPENINGS, cjson.encode(openings))
    redis.call("HSET", VERSION, "opens_at", openings[1].at)
  else
    redis.call("DEL", OPENINGS)
    redis.call("HDEL", VERSION, "opens_at")
  end
end

local function numbers_of(texts)
  local numbers = {}
  for index, text in ipairs(texts) do
    numbers[index] = tonumber(text)
  end
  return numbers
end

local function free_due(at)
  repeat
    local due = redis.call("ZRANGEBYSCORE", INSTANTS, "-inf", at, "LIMIT", 0, DUE_AT_ONCE)
    set_bits(due, 1)
    if #due > 0 then
      redis.call("ZREMRANGEBYRANK", INSTANTS, 0, #due - 1)
      log("free", at, { p = numbers_of(due) })
    end
  until #due < DUE_AT_ONCE
end

-- Apply all changes up to the instant. Returns the instant at which the index ends, or nothing if it is lost or over:
-- a part of it that a server evicted would make the pool smaller without anybody noticing.
local function freshen(at)
  local version = redis.call("HMGET", VERSION, "valid_until", "opens_at")
  local valid_until = tonumber(version[1] or nil)
  if not valid_until or at >= valid_until or redis.call("STRLEN", FREE) ~= POOL_BYTES then
    return nil
  end
  if redis.call("EXISTS", INSTANTS, LOG_STATE) < 2 or (version[2] and redis.call("EXISTS", OPENINGS) == 0) then
    return nil
  end
  if version[2] and at >= tonumber(version[2]) then
    open_due(at, valid_until)
  end
  free_due(at)
  return valid_until
end

local function lost()
  return redis.error_reply("INDEXLOST the index of the pool has to be rebuilt")
end

-- Apply the changes of a decision: {taken = {{position, kind}}, held = {{position, until, kind}}, freed = {{position,
-- until}}}. A number is freed only if the hold that was given up is still there; a later hold belongs to another vehicle.
local function apply(changes, at, valid_until)
  local claims, free = {}, {}
  local function claimed(position, kind)
    claims[kind] = claims[kind] or {}
    table.insert(claims[kind], position)
  end
  for _, taken in ipairs(changes.taken) do
    redis.call("SETBIT", FREE, taken[1], 0)
    redis.call("ZREM", INSTANTS, taken[1])
    claimed(taken[1], taken[2])
  end
  for _, held in ipairs(changes.held) do
    if held[2] > at then
      hold(held[1], held[2], valid_until)
      claimed(held[1], held[3])
    end
  end
  for _, freed in ipairs(changes.freed) do
    if tonumber(redis.call("ZSCORE", INSTANTS, freed[1]) or nil) == freed[2] then
      redis.call("ZREM", INSTANTS, freed[1])
      redis.call("SETBIT", FREE, freed[1], 1)
      free[#free + 1] = freed[1]
    end
  end
  if next(claims) or free[1] then
    log("settle", at, { claims = next(claims) and claims, p = free[1] and free })
  end
end
