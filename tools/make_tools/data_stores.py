"""Data stores: simple tables that scenarios read and write."""

from typing import Annotated

from pydantic import Field
from typing_extensions import Doc

from make_tools.arguments import (
    All,
    AllPages,
    DataStoreId,
    DataStructureId,
    Fields,
    Id,
    Limit,
    Name,
    NewName,
    Offset,
    Sort,
    TeamId,
    Wire,
    columns,
    ids_or_all,
)
from make_tools.endpoint import Group
from make_tools.schema import SAFE_INTEGER
from make_tools.shape import Listing
from make_tools.signature import Named

data_stores = Group(
    name="data_stores",
    about="Data stores: simple tables that scenarios read and write.",
    noun="data store",
    scope="datastores",
)

SizeInMegabytes = Annotated[int, Field(ge=1, le=SAFE_INTEGER, description="In MB"), Named("maxSizeMB")]
DataStoreSort = Annotated[Sort, columns("name"), Doc("name, or -name for descending.")]
DataStoreIds = Annotated[list[Id], Wire(place="body")]


@data_stores.get("/data-stores", shows=Listing("dataStores", "id name teamId= records size maxSize datastructureId?"))
def data_stores_list(
    team_id: TeamId,
    fields: Fields | None = None,
    limit: Limit | None = None,
    offset: Offset | None = None,
    sort: DataStoreSort | None = None,
    all_: AllPages | None = None,
):
    """List a team's data stores (tables for scenarios)."""


# Make's page names organizations:read for this one call, its siblings say otherwise: a hint names both.
@data_stores.get("/data-stores/{data_store_id}", scopes=("datastores:read", "organizations:read"), gives="dataStore")
def data_stores_get(data_store_id: DataStoreId):
    """Read a data store: size, structure. No records."""


@data_stores.post("/data-stores")
def data_stores_create(name: Name, team_id: TeamId, datastructure_id: DataStructureId, max_size_mb: SizeInMegabytes):
    """Create a data store in a team."""


@data_stores.patch("/data-stores/{data_store_id}", truth="data_stores_get")
def data_stores_update(
    data_store_id: DataStoreId,
    name: NewName | None = None,
    datastructure_id: DataStructureId | None = None,
    max_size_mb: SizeInMegabytes | None = None,
):
    """Rename or resize a data store."""


@data_stores.delete("/data-stores", guarded=True, title="Delete data stores")
def data_stores_delete(
    team_id: TeamId,
    ids: Annotated[DataStoreIds, Doc("From data_stores_list.")] | None = None,
    all_: Annotated[All, Doc("true: every data store of the team.")] | None = None,
    except_ids: Annotated[DataStoreIds, Doc("With all: keep these.")] | None = None,
):
    """Delete data stores: ids, or all."""
    ids_or_all(ids, all_, except_ids)
