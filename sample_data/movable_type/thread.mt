AUTHOR: Ida
TITLE: Frogs &amp; the road
BASENAME: frogs
STATUS: Publish
ALLOW COMMENTS: 1
CONVERT BREAKS: __default__
DATE: 03/12/2004 07:30:00 AM
PRIMARY CATEGORY: Frogs
-----
BODY:
They cross the road at night.

We carried them in <b>buckets</b>.
-----
EXTENDED BODY:
-----
COMMENT:
AUTHOR: Fred
EMAIL: fred@example.org
IP: 192.0.2.7
URL: http://fred.example.org/
DATE: 03/12/2004 12:05:40 PM
How many did you <i>carry</i>?
DATE: is what I ask, too &amp; where.
-----
COMMENT:
AUTHOR: Ida
DATE: 03/12/2004 21:10:00
Forty-one.

At the bend.
-----
PING:
TITLE: Frogs elsewhere
URL: http://elsewhere.example.org/
IP: 192.0.2.8
BLOG NAME: Elsewhere
DATE: 03/13/2004 01:00:00 AM
They cross here, too.
-----
--------
AUTHOR: Ida
TITLE: Nothing said
DATE: 03/14/2004 07:30:00 AM
-----
BODY:
No frog tonight.
-----
--------
TITLE: Rain
DATE: 04/01/2004 12:00:00 AM
-----
BODY:
At last.
-----
COMMENT:
AUTHOR:
DATE: 04/02/2004 12:00:30 AM
Too late for the frogs.
-----
--------
