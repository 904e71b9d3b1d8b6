-- Purpose: a page of a feed, in the order of its key. Grain: that of the feed.
select {columns}
from {rows} as rows
where true
{conditions}
order by {order}
limit %(limit)s
