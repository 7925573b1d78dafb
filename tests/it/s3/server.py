"""An S3 server for the integration tests: moto, checking signatures and policies.

It serves on a free port of 127.0.0.1 and is told what to do on its standard input, one JSON object per line,
with one JSON object per line as the answer. The first line it writes says where it is and who may do everything.
When its standard input ends, because the test process is gone for whatever reason, so does the server.
"""

import json
import logging
import os
import sys

import boto3
from moto import settings
from moto.core.authorization import ActionAuthenticatorMixin
from moto.iam.access_control import PermissionResult
from moto.s3.exceptions import BucketAccessDeniedError, S3AccessDeniedError
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer

# moto's account when nobody has said otherwise.
ACCOUNT = "123456789012"
REGION = "us-east-1"

check_signature = ActionAuthenticatorMixin._authenticate_and_authorize_action


def check(self, iam_request, resource="*"):
    """moto answers 500 to an unsigned request; S3 asks the bucket's policy about it."""
    if "Authorization" in self.headers:
        return check_signature(self, iam_request, resource)
    bucket = self.data.get("BucketName") or getattr(self, "bucket_name", None)
    if not bucket:
        raise S3AccessDeniedError()
    action = self._get_action()
    action = action[0] if isinstance(action, list) else action
    stored = s3_backends[ACCOUNT]["aws"].get_bucket(bucket)
    if stored.get_permission(f"s3:{action}", resource) != PermissionResult.PERMITTED:
        raise BucketAccessDeniedError(bucket=bucket)


def publish(s3, bucket):
    """Lets everybody list and read the bucket."""
    arn = f"arn:aws:s3:::{bucket}"
    allow = {"Effect": "Allow", "Principal": "*", "Action": ["s3:ListBucket", "s3:GetObject"]}
    policy = {"Version": "2012-10-17", "Statement": [allow | {"Resource": [arn, f"{arn}/*"]}]}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))


def create_user(iam, policy):
    """A new user with this policy alone; its access key and secret."""
    name = f"user-{len(iam.list_users()['Users'])}"
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="policy", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"access_key": key["AccessKeyId"], "secret_key": key["SecretAccessKey"]}


def put(bucket, key, path, metadata=None):
    """Stores a file, past HTTP: a thousand objects a second instead of a hundred."""
    with open(path, "rb") as file:
        stored = s3_backends[ACCOUNT]["aws"].put_object(bucket, key, file.read())
    if metadata:
        system = {"content-encoding"}
        stored.set_metadata({n if n in system else f"x-amz-meta-{n}": value for n, value in metadata.items()})


def upload(bucket, folder):
    """Every file below the folder, its path relative to the folder as the key."""
    objects = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(parent, name)
            put(bucket, os.path.relpath(path, folder).replace(os.sep, "/"), path)
            objects += 1
    return {"objects": objects}


def main():
    # The answers have standard output for themselves; whatever else is printed goes to the log.
    answers, sys.stdout = sys.stdout, sys.stderr
    logging.getLogger("werkzeug").setLevel(logging.ERROR)

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"

    def client(service, access_key, secret_key):
        return boto3.client(
            service,
            endpoint_url=endpoint,
            region_name=REGION,
            aws_access_key_id=access_key,
            aws_secret_access_key=secret_key,
        )

    everything = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    )
    # Nothing is checked until the first user exists.
    admin = create_user(client("iam", "nobody", "nobody"), everything)
    ActionAuthenticatorMixin._authenticate_and_authorize_action = check
    settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
    iam = client("iam", **admin)
    s3 = client("s3", **admin)

    def answer(message):
        answers.write(json.dumps(message) + "\n")
        answers.flush()

    answer({"endpoint": endpoint, **admin})
    for line in sys.stdin:
        try:
            order = json.loads(line)
            match order.pop("do"):
                case "bucket":
                    s3.create_bucket(Bucket=order["bucket"])
                    answer({})
                case "upload":
                    answer(upload(**order))
                case "put":
                    put(**order)
                    answer({})
                case "user":
                    answer(create_user(iam, order["policy"]))
                case "publish":
                    publish(s3, order["bucket"])
                    answer({})
                case other:
                    answer({"error": f"cannot {other}"})
        except Exception as error:
            answer({"error": f"{type(error).__name__}: {error}"})
    # Requests in flight have nobody left to answer to.
    os._exit(0)


main()
