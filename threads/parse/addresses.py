"""Which network addresses may be fetched from: public ones, and private ones only where that is allowed."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from threads.language import N_

# Where clouds hand out keys to whoever asks; the last two look public.
_METADATA = frozenset(
    ip_address(text)
    for text in (
        "169.254.169.254",
        "169.254.170.2",
        "100.100.100.200",
        "fd00:ec2::254",
        "168.63.129.16",
        "192.0.0.192",
    )
)
_UNWANTED = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))  # protocols', not sites'
_SITES = IPv6Network("2000::/3")  # the only part that is given out to networks
_DOCUMENTATION = IPv6Network("3fff::/20")
_NAT64 = IPv6Network("64:ff9b::/96")


def refusal(address: str, *, allow_private: bool = False) -> str | None:
    """Return why nothing may be fetched from a numeric `address`, None where it may.

    What IPv6 carries of IPv4 (mapped, NAT64, 6to4) is judged as that. `allow_private` lets private,
    loopback and link-local addresses pass, never those of clouds' metadata services, nor groups.
    """
    found = _plain(address)
    if found is None:
        return N_("it is no address")
    if found in _METADATA:
        return N_("a cloud's metadata service")
    if found.is_multicast or found.is_unspecified or (isinstance(found, IPv4Address) and found.is_reserved):
        return N_("not the address of one machine")
    if allow_private and (found.is_private or found.is_link_local or found in IPv4Network("100.64.0.0/10")):
        return None
    return None if _is_public(found) else N_("a private or reserved address")


def _plain(address: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, IPv4Address):
        return found
    if found in _NAT64:
        return IPv4Address(int(found) & 0xFFFF_FFFF)
    return found.ipv4_mapped or found.sixtofour or found


def _is_public(found: IPv4Address | IPv6Address) -> bool:
    if isinstance(found, IPv4Address):
        return found.is_global and not any(found in network for network in _UNWANTED)
    return found.is_global and found in _SITES and found not in _DOCUMENTATION
