-- SPDX-License-Identifier: Apache-2.0
-- Requests over the rows of bench/fill.py: wrk -s products.lua URL -- KIND ROWS RUN
--   read   GET by key, random among ROWS     list   50 rows of a category, by name or -price
--   write  POST of a new product             mixed  9 of 10 read, 1 of 10 write
-- RUN is a number of its own for each run against one server: it makes the new articles unique.
local kFirstMs = 1750000000000
local kCategories = 100
local kHost = " HTTP/1.1\r\nHost: localhost\r\n"
local rows, run, count

local function id_of(row)
  local ms = kFirstMs + row
  return string.format("%08x-%04x-7000-8000-0000%08x", math.floor(ms / 65536), ms % 65536,
                       row * 69069 % 4294967296)
end

local function read()
  return "GET /v1/products/" .. id_of(math.random(0, rows - 1)) .. kHost .. "\r\n"
end

local function list()
  local sort = math.random(2) == 1 and "name" or "-price"
  return string.format("GET /v1/products?category=category-%02d&sort=%s&limit=50%s\r\n",
                       math.random(0, kCategories - 1), sort, kHost)
end

local function write()
  count = count + 1
  local body = string.format(
    '{"name":"quiet lamp of series %d","sku":"NEW-%05d%07d","category":"category-%02d",' ..
    '"price":"%d.%d","stock":%d,"active":true,"tags":["new","desk"]}',
    math.random(100000), run, count, math.random(0, kCategories - 1), math.random(9999),
    math.random(9), math.random(9999))
  return "POST /v1/products" .. kHost .. "Content-Type: application/json\r\nContent-Length: " ..
         #body .. "\r\n\r\n" .. body
end

local function mixed()
  if math.random(10) == 1 then return write() end
  return read()
end

local kinds = {read = read, list = list, write = write, mixed = mixed}

function init(arguments)
  rows, run, count = tonumber(arguments[2]), tonumber(arguments[3]), 0
  request = kinds[arguments[1]]
  if not (request and rows and run) then error("usage: -- read|list|write|mixed ROWS RUN") end
  math.randomseed(run + 1)
end
