"""The paho client of a persistent session, by MQTT 5 or 3.1.1."""

from collections.abc import Sequence

from paho.mqtt.client import Client, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from ingest.options import Collecting


def persistent_client(client_id: str, options: Collecting) -> Client:
    """Return a client that acknowledges by hand and is let in as the options say."""
    broker = options.broker
    five = broker.protocol == "5"
    client = Client(
        CallbackAPIVersion.VERSION2,
        client_id,
        clean_session=None if five else False,
        protocol=MQTTv5 if five else MQTTv311,
        manual_ack=True,
    )
    if broker.username is not None:
        client.username_pw_set(broker.username, broker.password)
    if broker.tls:
        client.tls_set_context(broker.tls_context())
    return client


def connect(client: Client, options: Collecting) -> None:
    """Connect to the session that the broker keeps, or begin one."""
    broker = options.broker
    if broker.protocol != "5":
        client.connect(broker.host, broker.port, broker.keepalive_s)
        return
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # paho's own
    properties.SessionExpiryInterval = options.session_expiry_s
    properties.ReceiveMaximum = options.receive_maximum
    client.connect(broker.host, broker.port, broker.keepalive_s, clean_start=False, properties=properties)


def subscribe(client: Client, filters: Sequence[str], options: Collecting) -> None:
    """Ask for everything that matches, at least once."""
    if options.broker.protocol != "5":
        client.subscribe([(one, 1) for one in filters])
        return
    # What is retained comes with a new subscription alone, not each time that we connect.
    wanted = SubscribeOptions(qos=1, retainHandling=SubscribeOptions.RETAIN_SEND_IF_NEW_SUB)
    client.subscribe([(one, wanted) for one in filters])
