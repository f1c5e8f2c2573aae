"""What AWS services share: places, ids, shapes, paging, tags, times, errors."""
