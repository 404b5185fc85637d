"""Comments in very many Parquet files, analysed partition by partition on a cluster of Dask.

Every step is a task that reads files and gives back little: what a worker had when it died is worked out
again. `job.analyse` is all of it; the numbers are those of one process.
"""
