"""Plants AI into moto: Bedrock, its agents, AgentCore and SageMaker, as far as moto holds them."""

from annexa.tests.independent.moto_seed import HOME, MANAGEMENT, Planted


def plant_ai(planted: Planted) -> None:
    """One of each AI resource, in the management account's home region."""
    bedrock(planted)
    agents(planted)
    agentcore(planted)
    sagemaker(planted)


def bedrock(planted: Planted) -> None:
    role = f"arn:aws:iam::{MANAGEMENT}:role/logger"
    client = planted.client("bedrock")
    client.put_model_invocation_logging_configuration(
        loggingConfig={
            "cloudWatchConfig": {"logGroupName": "/ai/invocations", "roleArn": role},
            "s3Config": {"bucketName": "invocation-logs", "keyPrefix": "bedrock"},
            "textDataDeliveryEnabled": True,
            "imageDataDeliveryEnabled": False,
            "embeddingDataDeliveryEnabled": True,
        }
    )
    client.create_model_customization_job(
        jobName="tune-1",
        customModelName="claims-writer",
        roleArn=role,
        baseModelIdentifier="amazon.titan-text-express-v1",
        trainingDataConfig={"s3Uri": "s3://training-data/claims.jsonl"},
        outputDataConfig={"s3Uri": "s3://training-data/out"},
        hyperParameters={"epochCount": "1"},
        customModelKmsKeyId=planted.ids["key"],
        customModelTags=[{"key": "owner", "value": "claims"}, {"key": "environment", "value": "test"}],
    )
    planted.ids["custom_model"] = client.list_custom_models()["modelSummaries"][0]["modelArn"]


def agents(planted: Planted) -> None:
    client = planted.client("bedrock-agent")
    agent = client.create_agent(
        agentName="intake",
        agentResourceRoleArn=f"arn:aws:iam::{MANAGEMENT}:role/agent",
        foundationModel="amazon.titan-text-express-v1",
        instruction="Read the letter and say what it is about, politely and in two short sentences.",
        customerEncryptionKeyArn=planted.ids["key"],
        tags={"owner": "intake-team", "permitted-class": "internal"},
    )["agent"]
    planted.ids["agent"] = agent["agentArn"]
    base = client.create_knowledge_base(
        name="handbook",
        roleArn=f"arn:aws:iam::{MANAGEMENT}:role/agent",
        knowledgeBaseConfiguration={
            "type": "VECTOR",
            "vectorKnowledgeBaseConfiguration": {
                "embeddingModelArn": f"arn:aws:bedrock:{HOME}::foundation-model/amazon.titan-embed-text-v1"
            },
        },
        storageConfiguration={
            "type": "OPENSEARCH_SERVERLESS",
            "opensearchServerlessConfiguration": {
                "collectionArn": f"arn:aws:aoss:{HOME}:{MANAGEMENT}:collection/abcdefghij1234567890",
                "vectorIndexName": "handbook",
                "fieldMapping": {"vectorField": "v", "textField": "t", "metadataField": "m"},
            },
        },
        tags={"owner": "people"},
    )["knowledgeBase"]
    planted.ids["knowledge_base"] = base["knowledgeBaseArn"]


def agentcore(planted: Planted) -> None:
    client = planted.client("bedrock-agentcore-control")
    runtime = client.create_agent_runtime(
        agentRuntimeName="claims_runtime",
        agentRuntimeArtifact={
            "containerConfiguration": {"containerUri": f"{MANAGEMENT}.dkr.ecr.{HOME}.amazonaws.com/claims:1"}
        },
        roleArn=f"arn:aws:iam::{MANAGEMENT}:role/agent",
        networkConfiguration={"networkMode": "PUBLIC"},
        tags={"owner": "claims"},
    )
    planted.ids["runtime"] = runtime["agentRuntimeArn"]
    gateway = client.create_gateway(
        name="tools",
        roleArn=f"arn:aws:iam::{MANAGEMENT}:role/agent",
        protocolType="MCP",
        authorizerType="AWS_IAM",
        kmsKeyArn=planted.ids["key"],
    )
    planted.ids["gateway"] = gateway["gatewayArn"]
    target = client.create_gateway_target(
        gatewayIdentifier=gateway["gatewayId"],
        name="weather",
        targetConfiguration={"mcp": {"mcpServer": {"endpoint": "https://weather.example/mcp"}}},
        credentialProviderConfigurations=[{"credentialProviderType": "GATEWAY_IAM_ROLE"}],
    )
    planted.ids["target"] = target["targetId"]


def sagemaker(planted: Planted) -> None:
    client = planted.client("sagemaker")
    role = f"arn:aws:iam::{MANAGEMENT}:role/sagemaker"
    domain = client.create_domain(
        DomainName="studio",
        AuthMode="IAM",
        DefaultUserSettings={"ExecutionRole": role},
        SubnetIds=["subnet-1"],
        VpcId="vpc-1",
        AppNetworkAccessType="VpcOnly",
        KmsKeyId=planted.ids["key"],
        Tags=[{"Key": "owner", "Value": "research"}],
    )
    planted.ids["domain"] = domain["DomainArn"]
    notebook = client.create_notebook_instance(
        NotebookInstanceName="lab", InstanceType="ml.t3.medium", RoleArn=role, DirectInternetAccess="Enabled",
        RootAccess="Disabled", KmsKeyId=planted.ids["key"],
    )  # fmt: skip
    planted.ids["notebook"] = notebook["NotebookInstanceArn"]
    image = f"{MANAGEMENT}.dkr.ecr.{HOME}.amazonaws.com/score:1"
    model = client.create_model(
        ModelName="score",
        ExecutionRoleArn=role,
        PrimaryContainer={"Image": image, "ModelDataUrl": "s3://training-data/score.tar.gz"},
        VpcConfig={"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]},
    )
    planted.ids["model"] = model["ModelArn"]
    variant = {"VariantName": "all", "ModelName": "score", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    client.create_endpoint_config(
        EndpointConfigName="score-config", ProductionVariants=[variant], KmsKeyId=planted.ids["key"]
    )
    endpoint = client.create_endpoint(EndpointName="score", EndpointConfigName="score-config")
    planted.ids["endpoint"] = endpoint["EndpointArn"]
