-- Purpose: until the transaction ends, or the next of this, the session works as this role.
set local role {role}
